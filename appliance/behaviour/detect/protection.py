"""Encryption lost, and services a party was not reached at before. Does no I/O."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from appliance.behaviour import changes
from appliance.behaviour.facts import Change, Contact
from appliance.behaviour.spans import DAY_S, HOUR_S, day_of
from appliance.behaviour.state import Channel, Device, Party
from appliance.behaviour.watch import Watch

SEALED_BEFORE: Final = 5
"""Encrypted uploads on a channel before a readable one is a loss and not a habit."""

READABLE_AFTER: Final = 2
"""Readable uploads before it is said: one may be a captive portal."""

PLAIN_DAYS: Final = 3
PLAIN_SILENCE_S: Final = 1.5 * DAY_S
SEALED_AFTER: Final = 5
"""Days with readable uploads, time since the last one (longer where not every day had one) and encrypted
uploads since, before encryption is said to have been gained."""

BY_PORT: Final = {
    ("tcp", 443): True,
    ("tcp", 8443): True,
    ("tcp", 8883): True,
    ("tcp", 80): False,
    ("tcp", 8080): False,
    ("tcp", 1883): False,
}
"""What a port says where neither a handshake nor a request was seen: records of another source may hold none
(IANA service names; of the ports that hosts.MEETING_PORTS takes for one service)."""

UNREAD_AFTER: Final = 4
"""So many uploads in a row to such a port, and none to the other, are taken for readable ones. A resolver's
answer may give a flow the name of another host on the same address, so one or two say nothing."""

SERVICE_APART_S: Final = HOUR_S
"""The second contact at a new service comes at least this much later: a port scan is not a service."""

ESTABLISHED_S: Final = 3 * DAY_S
"""A party must be known for this long before a further service of it is news."""


def downgraded(
    device: Device, party: Party, channel: Channel, contact: Contact, watch: Watch
) -> Iterator[Change]:
    """Yield the change when a channel that was encrypted carries readable uploads, or the other way round."""
    sealed = contact.encrypted
    if sealed is None:
        sealed = BY_PORT.get((contact.proto, contact.port))
    if sealed is None:
        return
    if sealed:
        channel.sealed += 1
        channel.sealed_last = max(channel.sealed_last, contact.ts)
        channel.unread = 0
        if not channel.sealed_since:
            channel.sealed_ts = contact.ts
        channel.sealed_since += 1
        if channel.plain_days >= PLAIN_DAYS:
            yield from _gained(device, party, channel, contact, watch)
        return
    if contact.encrypted is None:
        channel.unread += 1
        if channel.unread < UNREAD_AFTER:
            return
    if day_of(contact.ts) != day_of(channel.plain_ts):
        channel.plain_days += 1
    channel.plain_ts, channel.sealed_since = max(contact.ts, channel.plain_ts), 0
    if not channel.open and party.outcome != "local":
        yield from _lost(device, party, channel, contact, watch)


def _lost(device: Device, party: Party, channel: Channel, contact: Contact, watch: Watch) -> Iterator[Change]:
    """Yield the change when readable uploads on a channel that was encrypted are more than one."""
    twins = [other for other in party.channels.values() if other.pattern == channel.pattern]
    sealed = sum(other.sealed for other in twins)
    if sealed < SEALED_BEFORE:
        channel.open = True
        return
    channel.readable += 1
    if channel.readable < READABLE_AFTER:
        return
    channel.open = True
    if not changes.may_tell(device, "encryption_lost", party.domain, contact.ts):
        return
    before = {
        "encrypted_uploads": sealed,
        "readable_uploads": 0,
        "watched_days": watch.in_days(channel.first_ts, contact.ts),
    }
    after = {
        **changes.surroundings(party),
        "readable_uploads": max(channel.readable, channel.unread),
        "read": contact.encrypted is False,
        "port": contact.port,
    }
    made = changes.make(
        device, party, "encryption_lost", contact.ts, before=before, after=after, watch=watch,
        evidence=(contact.uid,), kept_until=max(other.sealed_last for other in twins),
    )  # fmt: skip
    yield changes.tell(device, made)


def _gained(
    device: Device, party: Party, channel: Channel, contact: Contact, watch: Watch
) -> Iterator[Change]:
    """Yield the change when a channel that carried readable uploads carries only encrypted ones."""
    met = sum(bool(row[0]) for row in channel.days.values())
    patience = PLAIN_SILENCE_S * max(1.0, met / channel.plain_days)
    if channel.sealed_since < SEALED_AFTER or contact.ts < channel.plain_ts + patience:
        return
    before = {
        "plain_days": channel.plain_days,
        "watched_days": watch.in_days(channel.first_ts, channel.plain_ts),
    }
    after = {**changes.surroundings(party), "encrypted_uploads": channel.sealed_since, "port": contact.port}
    ts = channel.sealed_ts or channel.plain_ts
    channel.plain_days, channel.readable, channel.open, channel.sealed = 0, 0, False, channel.sealed_since
    if device.learned and changes.may_tell(device, "encryption_gained", party.domain, ts):
        made = changes.make(
            device, party, "encryption_gained", ts, before=before, after=after, watch=watch,
            evidence=(contact.uid,), kept_until=channel.plain_ts,
        )  # fmt: skip
        yield changes.tell(device, made)


def served(
    device: Device, party: Party, channel: Channel, contact: Contact, watch: Watch
) -> Iterator[Change]:
    """Yield the change when an established party is met a second time at a service new to it."""
    since = channel.waiting_since
    if since is None:
        if _expected(device, party, channel, contact):
            channel.known = True
        else:
            channel.waiting_since = contact.ts
        return
    if contact.ts - since < SERVICE_APART_S:
        return
    channel.known = True
    if _service_known(party, channel) or not changes.may_tell(device, "new_port", party.domain, contact.ts):
        return
    known = sorted(
        {other.service for other in party.channels.values() if other.known and other is not channel}
    )
    before = {"services": known, "watched_days": watch.in_days(party.first_ts, since)}
    after = {
        **changes.surroundings(party),
        "service": channel.service,
        "port": contact.port,
        "proto": contact.proto,
    }
    yield changes.tell(
        device,
        changes.make(
            device, party, "new_port", since, before=before, after=after, watch=watch, evidence=(contact.uid,)
        ),
    )


def _expected(device: Device, party: Party, channel: Channel, contact: Contact) -> bool:
    first = party.first_upload
    return (
        not device.learned
        or party.status != "known"
        or party.outcome == "local"
        or first is None
        or contact.ts - first < ESTABLISHED_S
        or channel.service.endswith("/high")
        or _service_known(party, channel)
    )


def _service_known(party: Party, channel: Channel) -> bool:
    return any(
        other.known and other.service == channel.service and other is not channel
        for other in party.channels.values()
    )
