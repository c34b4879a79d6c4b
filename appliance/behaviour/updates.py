"""Was the device's software updated? Independent cues are weighed; the words never say more. Does no I/O.

The scores are those of docs/change.md: a download 3 (1.5 where nothing names it an update), a restart 2, a
version string 4, a handshake that changed and stayed 3. From 3 on "probably updated", from 5 on "updated"; a
restart alone is "restarted".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from appliance.behaviour import turns, versions
from appliance.behaviour.facts import Contact, Update
from appliance.behaviour.hosts import FIRMWARE_PATH, is_update_like
from appliance.behaviour.spans import DAY_S, HOUR_S, day_of
from appliance.behaviour.state import Channel, Cue, Device, Handshake, Party, Report, Start
from appliance.behaviour.turns import ECHO_S, WINDOW_S
from sensor.records import (
    DhcpRequest,
    DnsAnswer,
    DnsQuery,
    HttpRequest,
    MdnsService,
    Record,
    SsdpAnnouncement,
    TlsClientHello,
)

BOOT_S: Final = 180
"""A device asks for its usual names within this of joining the network."""

BOOT_SHARE: Final = 0.6
"""Share of the usual names that makes a restart out of a mere return to the Wi-Fi."""

INSTALL_S: Final = 2 * HOUR_S
"""A restart this soon after a download that nothing names may have installed it."""

ROAMING_S: Final = 14 * DAY_S
ROAMING_STARTS: Final = 6
"""So many starts within two weeks are those of a phone that leaves home and comes back, not of reboots."""

BOOTS_KEPT: Final = 5
MAX_BOOT_NAMES: Final = 64
SAME_START_S: Final = 60
"""DISCOVER and REQUEST of one start come within this."""

SESSION_GAP_S: Final = 60
"""Silence after which the next record begins a new session of the device."""

SESSION_REACH_S: Final = 600
"""A version heard this soon after a session began was there from its beginning."""

DOWNLOAD_BYTES: Final = 65_536
"""Smallest download taken for software when something names it so; updates of toys' agents are that small."""

UNNAMED_BYTES: Final = 1_048_576
"""Smallest download taken for software when nothing does."""

DOWNLOAD_RATIO: Final = 20
DOWNLOAD_GROWTH: Final = 10
SELDOM: Final = 10
"""A download is this many times the channel's largest day, but for one in ten of the device's days: those
were updates, too."""


STEADY_HELLOS: Final = 3
"""Handshakes of the old and of the new shape before "changed and stayed" is said."""

MAX_HANDSHAKES: Final = 256
MAX_UPDATES: Final = 64
MAX_FIRMWARE_UIDS: Final = 16
MAX_CUES: Final = 12

NOTHING: Final[tuple[Update, ...]] = ()

CONTENT: Final = ("content", "video", "voice", "music", "cdn", "advertising")
"""Purposes whose large downloads are the product itself."""


def from_record(device: Device, record: Record) -> Sequence[Update]:
    """Return the update, new or surer, that an observation gives away; most say nothing of it."""
    read = _READERS.get(type(record))
    return read(device, record) if read is not None else NOTHING


def _name_asked(device: Device, record: DnsQuery | DnsAnswer) -> Sequence[Update]:
    start = device.start
    if start is None or not start.ts <= record.ts <= start.ts + BOOT_S:
        return NOTHING
    return list(_asked(device, start, record.query))


def _hello(device: Device, record: TlsClientHello) -> Sequence[Update]:
    if record.server_name is None:
        return NOTHING
    ja4 = record.ja4
    shape = f"{ja4[:3]}{ja4[4:6]}{ja4[10:23]}"
    return _shook(device, record.ts, record.server_name, shape, "TLS handshake")


def _request(device: Device, record: HttpRequest) -> Sequence[Update]:
    if FIRMWARE_PATH.search(record.path):
        device.firmware_uids = [*device.firmware_uids, record.uid][-MAX_FIRMWARE_UIDS:]
    return _versions(device, record)


def _address_asked(device: Device, record: DhcpRequest) -> Sequence[Update]:
    _joined(device, record)
    shape = ",".join(map(str, record.parameter_list))
    found = _shook(device, record.ts, f"dhcp {record.message_type}", shape, "DHCP handshake")
    return [*found, *_versions(device, record)]


def _versions(device: Device, record: Record) -> Sequence[Update]:
    found: list[Update] = []
    for heard in versions.said(record):
        change = versions.learn(device, record.ts, heard)
        if change is not None and not turns.echoes(device, "version", change.before, change.after, record.ts):
            text = f"{change.where} changed from {change.before} to {change.after}"
            cue = Cue(record.ts, "version", 4.0, text, change.before, change.after)
            found.extend(_weigh(device, cue, change.since))
    return found


_READERS: Final[dict[type[Any], Callable[[Device, Any], Sequence[Update]]]] = {
    DnsQuery: _name_asked,
    DnsAnswer: _name_asked,
    TlsClientHello: _hello,
    HttpRequest: _request,
    DhcpRequest: _address_asked,
    SsdpAnnouncement: _versions,
    MdnsService: _versions,
}
"""How each kind of record that can give away an update is read."""


def from_contact(device: Device, party: Party, channel: Channel, contact: Contact) -> Iterator[Update]:
    """Yield the update that a download gives away; called for contacts with a large download only."""
    row = channel.day(day_of(contact.ts))
    up = max(1, contact.bytes_up)
    if contact.bytes_down < DOWNLOAD_RATIO * up or contact.bytes_down < DOWNLOAD_BYTES:
        return
    named = party.purpose == "update" or is_update_like(contact.host) or contact.uid in device.firmware_uids
    if contact.user_agent is not None:
        named = named or is_update_like(contact.user_agent.lower())
    if not named and (party.purpose in CONTENT or contact.bytes_down < UNNAMED_BYTES):
        return
    former = sorted((old[4] for old in channel.days.values() if old is not row), reverse=True)
    seldom = len(device.days) // SELDOM
    if seldom < len(former) and row[4] < DOWNLOAD_GROWTH * former[seldom]:
        return
    where = contact.host or contact.domain
    size = f"{contact.bytes_down / 1e6:.1f} MB"
    text = f"it downloaded {size} from {where}" + (", an update server by its name" if named else "")
    yield from _weigh(device, Cue(contact.ts, "download", 3.0 if named else 1.5, text), None)


def _joined(device: Device, request: DhcpRequest) -> None:
    """Note a start: a request of a client that has no address yet (RFC 2131 §4.3.2, INIT and INIT-REBOOT)."""
    if request.message_type not in (1, 3) or request.client is not None:
        return
    start = device.start
    if start is not None and request.ts <= start.ts + SAME_START_S:
        return
    if start is not None and start.names:
        device.boots = [*device.boots, start.names][-BOOTS_KEPT:]
    device.start = Start(request.ts)
    device.starts += 1
    device.joined = [ts for ts in device.joined if ts > request.ts - ROAMING_S][-ROAMING_STARTS:]
    device.joined.append(request.ts)


def _asked(device: Device, start: Start, name: str) -> Iterator[Update]:
    if len(start.names) >= MAX_BOOT_NAMES or name in start.names:
        return
    start.names.append(name)
    usual = _usual_names(device.boots)
    if start.judged or not usual:
        return
    asked = sum(known in start.names for known in usual)
    if asked >= BOOT_SHARE * len(usual):
        start.judged = True
        names = f"{asked} of the {len(usual)} names it usually asks for"
        text = f"it restarted: it asked for an address and for {names}"
        yield from _weigh(device, Cue(start.ts, "restart", 2.0, text), None)


def _usual_names(boots: list[list[str]]) -> list[str]:
    """Return the names asked for after at least half of the former starts."""
    names = sorted({name for boot in boots for name in boot})
    return [name for name in names if 2 * sum(name in boot for boot in boots) >= len(boots)]


class _Shake(NamedTuple):
    """One handshake."""

    ts: float
    peer: str
    shape: str
    what: str  # in plain words


def _shook(device: Device, ts: float, peer: str, shape: str, what: str) -> Sequence[Update]:
    seen = device.handshakes.get(peer)
    if seen is None:
        if len(device.handshakes) < MAX_HANDSHAKES:
            device.handshakes[peer] = Handshake(shape, 1, last_ts=ts)
        return NOTHING
    if shape == seen.shape:
        seen.times += 1
        seen.last_ts = max(seen.last_ts, ts)
        seen.new_shape, seen.new_times = None, 0
        return NOTHING
    return list(_shook_anew(device, seen, _Shake(ts, peer, shape, what)))


def _shook_anew(device: Device, seen: Handshake, shake: _Shake) -> Iterator[Update]:
    """Yield the update that a handshake of another shape gives away, once the shape has stayed."""
    ts, peer, shape, what = shake
    if shape != seen.new_shape:
        seen.new_shape, seen.new_times, seen.new_ts = shape, 0, ts
    seen.new_times += 1
    alike = _turned_alike(device, seen)
    if sum(one.new_times for one in alike.values()) < STEADY_HELLOS:
        return
    steady = sum(one.times for one in alike.values()) >= STEADY_HELLOS
    for other, one in alike.items():
        device.handshakes[other] = Handshake(shape, one.new_times, last_ts=ts)
    if steady and not turns.echoes(device, what, seen.shape, shape, seen.new_ts):
        text = (
            f"its {what} with {peer} changed and stayed so"
            if what.startswith("TLS")
            else f"its {what} changed"
        )
        yield from _weigh(device, Cue(seen.new_ts, "handshake", 3.0, text), seen.last_ts or None)


def _turned_alike(device: Device, turned: Handshake) -> dict[str, Handshake]:
    """Return the handshakes that took the same turn, by peer, with `turned` itself.

    Minutes of a device hold one or two with each peer. It stands alone while others still keep the old shape.
    """
    old, new = turned.shape, turned.new_shape
    alike = {peer: one for peer, one in device.handshakes.items() if (one.shape, one.new_shape) == (old, new)}
    first = min(one.new_ts for one in alike.values())
    if any(one.shape == old and one.last_ts > first for one in device.handshakes.values()):
        return {peer: one for peer, one in alike.items() if one is turned}
    return alike


def _weigh(device: Device, cue: Cue, since: float | None) -> Iterator[Update]:
    """Add the cue to those of the last hours; yield the update when its certainty or its versions grew.

    `since` is when the old state was last seen, so that the update is dated to the start after it.
    """
    if cue.code in ("version", "handshake"):
        cue.ts = _dated(device, cue.ts, since)
        earlier = _explained(device, cue, since)
        if earlier is not None:
            yield from _confirmed(device, earlier, cue)
            return
        if any(cue.ts < old.ts - WINDOW_S for old in device.cues):
            yield _told_late(device, cue)
            return
    if not _adds(device, cue):
        return
    device.cues = sorted([*device.cues, cue], key=lambda one: (one.ts, one.code, one.text))[-MAX_CUES:]
    certainty = _certainty(device.cues)
    if certainty is None:
        return
    update = _update(device, certainty)
    if update != device.group and not (certainty == "restarted" and roams(device)):
        _remember(device, update)
        yield update


def _explained(device: Device, cue: Cue, since: float | None) -> Update | None:
    """Return the update hours or days before, of which a host that is met seldom shows only now; None: none.

    The old state was last seen before that update. One that showed its versions explains no other version.
    """
    if since is None:
        return None
    for update in reversed(device.updates):
        apart_s = cue.ts - update.ts
        if update.certainty == "restarted" or update.ts < since or not 0 <= apart_s < ECHO_S:
            continue
        if cue.code == "version" and update.version_before is not None:
            return None
        return update if apart_s > WINDOW_S or update != device.group else None
    return None


def _told_late(device: Device, cue: Cue) -> Update:
    """Return the update of a cue that is dated before those of the present: nothing else belongs to it."""
    certainty = _certainty([cue]) or "probably updated"
    update = Update(cue.ts, device.device, certainty, (cue.text,), cue.before, cue.after)
    device.updates = sorted([*device.updates, update], key=lambda one: one.ts)[-MAX_UPDATES:]
    return update


def _confirmed(device: Device, update: Update, cue: Cue) -> Iterator[Update]:
    """Yield the update with the versions that a later cue tells; its certainty stays."""
    if cue.before is None:
        return
    told = (*update.evidence, cue.text)[:MAX_CUES]
    grown = update._replace(evidence=told, version_before=cue.before, version_after=cue.after)
    device.updates = [grown if one == update else one for one in device.updates]
    if device.group == update:
        device.group = grown
    yield grown


def roams(device: Device) -> bool:
    """Return whether the device comes and goes: its joining the network is no restart."""
    return len(device.joined) >= ROAMING_STARTS


def _adds(device: Device, cue: Cue) -> bool:
    """Forget cues that cannot belong to one update with this one; return whether this one adds anything.

    A restart before the download, or before the old version was last heard, is another story.
    """
    newest = max([cue.ts, *(old.ts for old in device.cues)])
    told = {"download": ("restart",), "version": ("restart",), "handshake": ("restart",)}.get(cue.code, ())
    device.cues = [
        old
        for old in device.cues
        if old.ts >= newest - WINDOW_S and not (old.code in told and old.ts < cue.ts)
    ]
    same = [old for old in device.cues if old.code == cue.code]
    if cue.code == "version":
        return all(old.text != cue.text for old in same)
    if any(old.score >= cue.score for old in same):
        return False
    device.cues = [old for old in device.cues if old.code != cue.code]
    return True


def _dated(device: Device, ts: float, since: float | None) -> float:
    """Return the likeliest time of an update that shows at `ts`: the start before it, if the old state was
    not seen since."""
    after = since if since is not None else ts - BOOT_S
    if device.start is not None and max(after, ts - WINDOW_S) < device.start.ts <= ts:
        return device.start.ts
    if max(after, ts - SESSION_REACH_S) < device.session_ts <= ts:
        return device.session_ts
    return ts


def _certainty(cues: list[Cue]) -> str | None:
    best = {code: max(cue.score for cue in cues if cue.code == code) for code in {cue.code for cue in cues}}
    if set(best) == {"restart"}:
        return "restarted"
    if best == {"download": 1.5, "restart": 2.0}:
        times = {cue.code: cue.ts for cue in cues}
        if times["restart"] - times["download"] > INSTALL_S:
            return None
    score = sum(best.values())
    if score >= 5:
        return "updated"
    return "probably updated" if score >= 3 else None


def _update(device: Device, certainty: str) -> Update:
    group, first = device.group, device.cues[0].ts
    goes_on = group is not None and abs(first - group.ts) <= WINDOW_S and group.certainty != "restarted"
    versioned = [cue for cue in device.cues if cue.before is not None]
    return Update(
        group.ts if group is not None and goes_on else first,
        device.device,
        certainty,
        tuple(cue.text for cue in device.cues),
        versioned[-1].before if versioned else None,
        versioned[-1].after if versioned else None,
    )


def _remember(device: Device, update: Update) -> None:
    """Keep the update; one with the same time takes the place of its weaker self."""
    device.group = update
    if device.updates and device.updates[-1].ts == update.ts:
        device.updates.pop()
    device.updates = [*device.updates, update][-MAX_UPDATES:]
    if update.certainty != "restarted" and all(report.update != update.ts for report in device.reports):
        device.reports = [*device.reports, Report(update.ts)][-MAX_UPDATES:]
