"""The facts of behaviour: who met whom, what was updated, what changed. Does no I/O."""

from __future__ import annotations

from typing import Any, NamedTuple


class Contact(NamedTuple):
    """One flow part seen as a meeting of a device with a party: what behaviour feeds on."""

    ts: float  # first packet
    until: float  # last packet
    device: str
    domain: str  # the party's key (see Party.domain)
    host: str | None  # as asked for
    organisation: str | None
    role: str
    purpose: str | None
    organisation_country: str | None
    server_country: str | None
    outcome: str
    proto: str
    port: int  # of the party's side
    bytes_up: int  # IP bytes
    bytes_down: int
    payload_up: int  # bytes above the transport header
    encrypted: bool | None  # TLS/QUIC seen: True; readable upload: False; cannot tell: None
    uid: str  # the flow
    user_agent: str | None
    reason: str  # Party.reason
    operator: str | None = None  # Party.operator, and so the next two
    network: str | None = None
    country_certainty: str | None = None


class Sighting(NamedTuple):
    """A device met a party within one hour: a row of the hourly rollup."""

    device: str
    domain: str
    hour: int  # ts // 3600
    contacts: int  # 5-minute slots with upload
    flows: int
    bytes_up: int
    bytes_down: int


class Update(NamedTuple):
    """The device's software changed, as far as the cues show."""

    ts: float
    device: str
    certainty: str  # "updated", "probably updated", "restarted"
    evidence: tuple[str, ...]  # each cue in plain words
    version_before: str | None
    version_after: str | None


class Change(NamedTuple):
    """A fact: the sharing of a device changed. Always stored; whether it alarms is for `alerts`."""

    id: str  # deterministic: "c-" and 12 hexadecimal digits of device, kind, domain and ts
    ts: float  # first packet of what is new (or when something gone was noticed)
    device: str
    kind: str  # "new_party", "gone_party", "returned_party", "new_country", "more_often", "bigger",
    # "encryption_lost", "nothing_changed", ...
    domain: str | None  # None for "nothing_changed"
    organisation: str | None
    role: str | None
    before: dict[str, Any]  # numbers: {"contacts_per_day": 0.0, "watched_days": 21.3, ...}
    after: dict[str, Any]
    update: float | None  # ts of the update it was first seen after (at most 14 days before), else None
    certainty: str  # "seen" at first sight, "confirmed" when it persisted (see docs/change.md)
    evidence: tuple[str, ...]  # flow uids, at most 10
