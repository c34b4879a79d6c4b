"""New and returned parties: seen at once, confirmed when they persist. Does no I/O."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from appliance.behaviour import baseline, browsing, changes, doubts, updates
from appliance.behaviour.facts import Change, Contact
from appliance.behaviour.spans import DAY_S, HOUR_S, LATE_S, SLOT_S, day_of
from appliance.behaviour.state import Candidate, Device, Party
from appliance.behaviour.watch import Watch

PERSIST_S: Final = 14 * DAY_S
"""Days on which a new party must be met again lie within this."""

PERSIST_DAYS: Final = 2
PERSIST_HOURS: Final = 3
PERSIST_APART_S: Final = 6 * HOUR_S
"""Two days are two only when so far apart: a minute before and after midnight is one occasion."""

AGAIN_S: Final = HOUR_S / 2
"""A second upload so much later confirms that the party is met. On a device that seldom meets anybody new it
is also said to last: what is visited once (a page, a song) does not come again within the day, or only
downloads (docs/change.md has the curve)."""

TWICE_S: Final = SLOT_S
"""So much later it confirms it on a device that nobody browses with, and on any just after an update."""

SHARP_S: Final = 3 * DAY_S
"""So long after an update the same is enough on any device: then what is new is rarely a whim."""

DOWNLOAD_ONLY: Final = 20
SENT_BYTES: Final = 4_096
"""A contact that brings this many times more than it sends, and sends only so many bytes, is a download."""

DOWNLOAD_DAYS: Final = 4
"""Being asked every day is news too, even when only downloads are seen; it takes longer to say so."""

AROUND_START_S: Final = 600
BY_CHANCE: Final = 0.25
LEAST_RATE_S: Final = 7 * DAY_S
"""A party is told with an update before it when, at the device's own rate of discoveries up to then (over at
least so long), at most so many were to be expected since."""

UNSEEN: Final = 0.5
"""Added to the discoveries counted: none in a month does not mean that there will never be one (Jeffreys'
prior of a Poisson rate)."""

NEWS_A_DAY: Final = 20
"""New parties told per device and day: more is a device that makes up names, and the counts show it."""

MAX_HITS: Final = 48
MAX_EVIDENCE: Final = 10
MAX_CANDIDATES: Final = 256


def arrived(device: Device, party: Party, contact: Contact, watch: Watch) -> Iterator[Change]:
    """Yield the change when a party's first upload, or the first after it was gone, is news."""
    returned = party.status == "gone"
    expected = party.outcome == "local" or _kin_known(device, party)
    if not returned and (expected or not _comparable(device, contact.ts, watch)):
        party.status = "known"
        _note_kin(device, party)
        return
    party.status = "new"
    for channel in party.channels.values():
        channel.rebased = dict.fromkeys(("contacts", "bytes"), day_of(contact.ts))
    _note_kin(device, party)
    device.news = [ts for ts in device.news if ts > contact.ts - browsing.DISCOVERY_S][-NEWS_A_DAY * 28 :]
    today = sum(ts > contact.ts - DAY_S for ts in device.news)
    device.news.append(contact.ts)
    if today >= NEWS_A_DAY or len(device.candidates) >= MAX_CANDIDATES:
        return
    yield _open(device, party, "returned_party" if returned else "new_party", contact, watch)


def went_on(device: Device, party: Party, contact: Contact, watch: Watch) -> Iterator[Change]:
    """Yield the confirmed change when an upload to a party that is still news makes it persistent."""
    candidate = _candidate(device, party)
    if candidate is None:
        party.status = "known"
        return
    _count(device, candidate, contact)
    change = candidate.change
    if contact.ts > change.ts + PERSIST_S:
        _close(device, party, candidate)
    elif _persists(device, candidate):
        _close(device, party, candidate)
        yield changes.tell(device, _grown(device, party, candidate, watch, "confirmed", lasting=True))
    elif device.learned and change.certainty == "seen" and _met_again(device, party, candidate):
        yield changes.tell(device, _grown(device, party, candidate, watch, "confirmed"))


def compared_again(device: Device, update_ts: float, watch: Watch) -> Iterator[Change]:
    """Yield changes for parties first met after an update that was recognised only now.

    Parties met in silence because the device was not learnt yet are told after all ("seen"); changes already
    told are told again, under the same id, with the update they follow.
    """
    for party in list(device.parties.values()):
        first = party.first_upload
        if first is None or first < update_ts:
            continue
        candidate = _candidate(device, party)
        if candidate is not None and candidate.change.update is None:
            candidate.change = candidate.change._replace(update=_update_before(device, first))
            yield changes.tell(device, candidate.change)
        elif _was_silent(device, party, update_ts):
            party.status = "new"
            yield _open_silent(device, party, watch)


def _was_silent(device: Device, party: Party, update_ts: float) -> bool:
    """Return whether a party was taken as known only because nothing could be compared at the time."""
    return (
        party.status == "known"
        and not device.learned
        and party.outcome != "local"
        and _had_parties(device, update_ts)
        and not _kin_before(device, party, update_ts)
    )


def expire(device: Device, ts: float) -> None:
    """Close the candidates that did not persist; what they were is no news next time."""
    for candidate in list(device.candidates.values()):
        if ts > candidate.change.ts + PERSIST_S + LATE_S:
            party = device.parties.get(candidate.change.domain or "")
            _close(device, party, candidate)


def _comparable(device: Device, ts: float, watch: Watch) -> bool:
    """Return whether news is news: the device is learnt, or there is a "before" to compare with.

    That is what came before an update, before days of the device's absence, or before the watching itself was
    interrupted for long: two captures, one after the other.
    """
    if device.learned:
        return True
    updated = [update.ts for update in device.updates if update.certainty != "restarted"]
    edges = (*updated, device.absence_end, watch.resumed)
    edge = max((edge for edge in edges if edge is not None and edge <= ts), default=None)
    return edge is not None and _had_parties(device, edge)


def _had_parties(device: Device, edge: float) -> bool:
    return any(p.first_upload is not None and p.first_upload < edge for p in device.parties.values())


def _kin_key(party: Party) -> str:
    """Return what makes two parties one in the family's eyes: the organisation, else, for a bare address, its
    country (addresses come and go), else the party itself."""
    if party.organisation is not None:
        return party.organisation
    if party.outcome == "address":
        return "address in " + (min(party.countries) if party.countries else "?")
    return ""


def _kin_known(device: Device, party: Party) -> bool:
    """Return whether the organisation is known already in this role: its next domain is no news.

    The maker's and its infrastructure's further domains never are; a known support organisation that now
    receives data for itself is.
    """
    roles = device.kin.get(_kin_key(party), ())
    return party.role in roles or (party.role in ("first", "support") and bool(roles))


def _kin_before(device: Device, party: Party, edge: float) -> bool:
    key = _kin_key(party)
    return key != "" and any(
        _kin_key(other) == key and other.first_upload is not None and other.first_upload < edge
        for other in device.parties.values()
        if other is not party
    )


def _note_kin(device: Device, party: Party) -> None:
    key = _kin_key(party)
    if key and (key in device.kin or len(device.kin) < 2 * MAX_CANDIDATES):
        roles = device.kin.setdefault(key, [])
        if party.role not in roles:
            roles.append(party.role)


def _candidate(device: Device, party: Party) -> Candidate | None:
    for kind in ("new_party", "returned_party"):
        found = device.candidates.get(changes.key_of(kind, party.domain))
        if found is not None:
            return found
    return None


def _open(device: Device, party: Party, kind: str, contact: Contact, watch: Watch) -> Change:
    before = {"contacts_per_day": 0.0, "watched_days": watch.in_days(device.first_ts, contact.ts)}
    if kind == "returned_party" and party.last_upload is not None:
        before["silent_days"] = round((contact.ts - party.last_upload) / DAY_S, 2)
    change = changes.make(
        device,
        party,
        kind,
        contact.ts,
        before=before,
        after={},
        watch=watch,
        certainty="seen",
        evidence=(contact.uid,),
    )
    candidate = Candidate(change)
    device.candidates[changes.key_of(kind, party.domain)] = candidate
    _count(device, candidate, contact)
    candidate.change = _grown(device, party, candidate, watch, "seen")
    return changes.tell(device, candidate.change)


def _open_silent(device: Device, party: Party, watch: Watch) -> Change:
    first = party.first_upload or party.first_ts
    before = {"contacts_per_day": 0.0, "watched_days": watch.in_days(device.first_ts, first)}
    candidate = Candidate(
        changes.make(
            device, party, "new_party", first, before=before, after={}, watch=watch, certainty="seen"
        )
    )
    device.candidates[changes.key_of("new_party", party.domain)] = candidate
    candidate.change = _grown(device, party, candidate, watch, "seen")
    return changes.tell(device, candidate.change)


def _count(device: Device, candidate: Candidate, contact: Contact) -> None:
    """Note a contact of a party that is news, and of what sort it was."""
    candidate.uploads += 1
    change = candidate.change
    if contact.uid not in change.evidence and len(change.evidence) < MAX_EVIDENCE:
        candidate.change = change._replace(evidence=(*change.evidence, contact.uid))
    hour = int(contact.ts // HOUR_S)
    if contact.bytes_down > DOWNLOAD_ONLY * max(1, contact.payload_up) and contact.payload_up < SENT_BYTES:
        _add(candidate.download_days, int(contact.ts // DAY_S))
        return
    _add(candidate.hits, hour)
    start = device.start
    if (
        start is not None
        and start.ts <= contact.ts <= start.ts + AROUND_START_S
        and not updates.roams(device)
    ):
        _add(candidate.around_start, hour)
    if candidate.sent_ts is None:
        candidate.sent_ts = contact.ts
    elif contact.ts >= candidate.sent_ts + TWICE_S and any(
        hit not in candidate.around_start for hit in candidate.hits
    ):
        candidate.twice = True
        candidate.again = candidate.again or contact.ts >= candidate.sent_ts + AGAIN_S


def _add(numbers: list[int], number: int) -> None:
    if number not in numbers and len(numbers) < MAX_HITS:
        numbers.append(number)


def _update_before(device: Device, ts: float) -> float | None:
    """Return the update shortly before `ts`; None when discoveries are so usual that it may be chance."""
    update = device.last_update(ts, changes.AFTER_UPDATE_S)
    if update is None:
        return None
    learnt = device.first_ts + baseline.LEARNING_DAYS * DAY_S
    if update < learnt and ts > update + SHARP_S:
        return None  # nobody knows yet at which rate the device meets others by itself
    span = min(browsing.DISCOVERY_S, max(LEAST_RATE_S, update - learnt))
    rate = (browsing.discoveries(device, update) + UNSEEN) / span
    return update if rate * (ts - update) <= BY_CHANCE else None


def _extra_days(device: Device, ts: float) -> int:
    """Return how many days more than usual this device must show a party before it is told as lasting."""
    rate = browsing.discoveries(device, ts)
    return (not device.complete) + (rate > 1) + 2 * (rate > browsing.MANY_DISCOVERIES)


def _met_again(device: Device, party: Party, candidate: Candidate) -> bool:
    """Return whether a second upload confirms that the party is met, and not only a page that was read."""
    ts = candidate.change.ts
    browsed = browsing.is_browsed(browsing.discoveries(device, ts), browsing.seldom(device, party))
    return candidate.again or (candidate.twice and (_sharp(candidate.change) or not browsed))


def _sharp(change: Change) -> bool:
    return change.update is not None and change.ts <= change.update + SHARP_S


def _persists(device: Device, candidate: Candidate) -> bool:
    if not device.learned:
        return False
    change = candidate.change
    extra = _extra_days(device, change.ts)
    if candidate.again and (_sharp(change) or not extra):
        return True
    days = {hour // 24 for hour in candidate.hits}
    if len(days) >= PERSIST_DAYS + extra:
        return (max(candidate.hits) - min(candidate.hits)) * HOUR_S >= PERSIST_APART_S
    if len(days | set(candidate.download_days)) >= DOWNLOAD_DAYS + extra:
        return True
    quiet = sorted(hour for hour in candidate.hits if hour not in candidate.around_start)
    return len(quiet) >= PERSIST_HOURS + extra and quiet[PERSIST_HOURS + extra - 1] - quiet[0] < 24


def _grown(
    device: Device, party: Party, candidate: Candidate, watch: Watch, certainty: str, *, lasting: bool = False
) -> Change:
    """Return the change with what is known of the party by now; its id and time stay."""
    change = candidate.change
    hours = sorted({*candidate.hits, *(day * 24 for day in candidate.download_days)})
    days = len({hour // 24 for hour in hours}) or 1
    seen = watch.seen if watch.seen is not None else change.ts
    after = {
        "contacts_per_day": round(party.contacts / days, 2),
        "uploads": max(candidate.uploads, 1),
        "days_seen": days,
        "bytes_up": party.bytes_up,
        "watched_days": watch.in_days(change.ts, max(seen, change.ts)),
        "download_only": not candidate.hits and bool(candidate.download_days),
        "discoveries_28d": browsing.discoveries(device, change.ts),
        "seldom_parties": browsing.seldom(device, party),
        "learned": device.learned,
        "complete": device.complete,
        "lasting": lasting,
        **changes.surroundings(party),
        "doubts": doubts.of(device, change.ts, watch),
    }
    candidate.change = change._replace(
        organisation=party.organisation,
        role=party.role,
        after=after,
        certainty=certainty,
        update=_update_before(device, change.ts),
    )
    return candidate.change


def _close(device: Device, party: Party | None, candidate: Candidate) -> None:
    device.candidates.pop(changes.key_of(candidate.change.kind, candidate.change.domain), None)
    if party is not None:
        party.status = "known"
