"""What is remembered of one device between two records; all of it goes through JSON and back. Does no I/O."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from appliance.behaviour.facts import Change, Contact, Sighting, Update
from appliance.behaviour.hosts import pattern_of, service_of
from appliance.behaviour.spans import DAYS_KEPT, SLOTS_A_QUARTER
from appliance.parties.party import PartyRecord

MAX_PARTIES: Final = 1_024
"""Parties per device: the chattiest televisions stay below 300; a device that makes up names (tunnelling,
generated domains) loses its oldest, counted in `dropped`."""

MAX_CHANNELS: Final = 24
"""Channels (host pattern and service) per party; wildcard sub-domains share "*" from here on."""

MAX_HOSTS: Final = 16
"""Host names remembered per party (PartyRecord.hosts)."""

MAX_COUNTRIES: Final = 16
"""Server countries remembered per party; anycast flaps between a few."""

MAX_ROUTES: Final = 4_096
"""Entries of the short cut from (party, host, port) to its channel; a cache, emptied when full."""

HOURS_KEPT: Final = 12
"""Hourly rows kept per party after the clock has passed them, for records that come late."""

HOUR_DAYS_KEPT: Final = 8
"""Days whose hours are kept for the device as a whole: sessions of use are told within a week."""

ROW: Final = 6
"""Numbers in a channel's row of a day."""

LOG_STEPS: Final = 16
"""Logarithms of sizes are summed as whole numbers of this part of a doubling."""

MASKS_KEPT: Final = 3
"""Days of a channel whose 5-minute slots are kept; of older days the counts and quarters are."""

MAX_FIELDS: Final = 64
"""Names of readable data remembered per party: a request carries ten, a hostile one any number."""


@dataclass(slots=True)
class Hour:
    """One hourly row in the making; contacts are the set bits of `mask` (twelve 5-minute slots)."""

    hour: int
    mask: int = 0
    flows: int = 0
    bytes_up: int = 0
    bytes_down: int = 0
    dirty: bool = False


@dataclass(slots=True)
class Channel:
    """One way a device meets a party: host pattern and service.

    `days` maps a UTC day to [contacts, payload bytes up, flows with upload, quarters, IP bytes down, logs]:
    `quarters` is the set of the day's 96 quarters of an hour with a contact, `logs` the sum over the flows of
    the logarithm of their upload (base 2, in sixteenths), whose mean a single huge transfer does not move.
    """

    pattern: str
    service: str
    first_ts: float
    days: dict[int, list[int]] = field(default_factory=dict)
    masks: dict[int, int] = field(default_factory=dict)  # latest days → set of 5-minute slots with a contact
    sealed: int = 0  # uploads seen encrypted
    readable: int = 0  # uploads seen readable, after the encrypted ones
    unread: int = 0  # uploads in a row to a port of readable services, of which nothing was read
    plain_days: int = 0  # days with readable uploads
    plain_ts: float = 0.0  # latest readable upload
    sealed_since: int = 0  # encrypted uploads since then
    sealed_ts: float = 0.0  # the first of those
    sealed_last: float = 0.0  # the latest encrypted upload
    open: bool = False  # readable uploads are no news: they came first, or were told
    known: bool = False  # its service is no news for this party
    waiting_since: float | None = None  # first contact of a service that is news, until its second
    rebased: dict[str, int] = field(default_factory=dict)  # measure → first day of its new baseline
    placed: str | None = None  # the latest connection whose server's country was counted

    def day(self, day: int) -> list[int]:
        row = self.days.get(day)
        if row is None:
            row = self.days[day] = [0] * ROW
            if len(self.days) > DAYS_KEPT:
                del self.days[min(self.days)]
        return row

    def meet(self, row: list[int], day: int, slot: int) -> None:
        """Count a contact in a 5-minute slot of a day, once; `row` is the day's."""
        quarter = 1 << slot // SLOTS_A_QUARTER
        mask = self.masks.get(day)
        if mask is None:
            if len(self.masks) >= MASKS_KEPT:
                oldest = min(self.masks)
                if day < oldest:  # very late: the slots are forgotten, the quarter tells
                    row[0] += not row[3] & quarter
                    row[3] |= quarter
                    return
                del self.masks[oldest]
            mask = 0
        bit = 1 << slot
        if not mask & bit:
            self.masks[day] = mask | bit
            row[0] += 1
            row[3] |= quarter


@dataclass(slots=True)
class Party:
    """What one device had to do with one party."""

    domain: str
    organisation: str | None
    role: str
    purpose: str | None
    organisation_country: str | None
    outcome: str
    reason: str
    first_ts: float
    last_ts: float
    first_upload: float | None = None
    last_upload: float | None = None
    contacts: int = 0
    bytes_up: int = 0
    bytes_down: int = 0
    encrypted: bool | None = None
    operator: str | None = None
    network: str | None = None
    country_certainty: str | None = None
    status: str = "met"  # "met" (nothing uploaded yet), "known", "new" (a Change is open), "gone"
    hosts: list[str] = field(default_factory=list)
    countries: dict[str, dict[int, int]] = field(default_factory=dict)  # country → day → uploads
    told_countries: list[str] = field(default_factory=list)  # countries that are no news any more
    hours: dict[int, Hour] = field(default_factory=dict)
    days: dict[int, list[int]] = field(default_factory=dict)  # day → [contacts, payload bytes up]
    fields: list[str] = field(default_factory=list)  # names of data in readable requests
    vocabulary_ts: float = 0.0  # when the latest of them was learnt
    words: dict[str, int] = field(default_factory=dict)  # names that are news → times seen
    requests: int = 0  # readable requests seen
    channels: dict[str, Channel] = field(default_factory=dict)

    def channel(self, contact: Contact) -> Channel:
        """Return the channel of a contact; made when it is new."""
        service = service_of(contact.proto, contact.port)
        pattern = pattern_of(contact.host, self.domain)
        key = f"{pattern} {service}"
        channel = self.channels.get(key)
        if channel is None and len(self.channels) >= MAX_CHANNELS:
            pattern, key = "*", f"* {service if len(self.channels) < 2 * MAX_CHANNELS else 'any'}"
            channel = self.channels.get(key)
        if channel is not None:
            return channel
        channel = self.channels[key] = Channel(pattern, service, contact.ts)
        return channel

    def record(self, device: str) -> PartyRecord:
        """Return the party as it is stored and shown."""
        return PartyRecord(
            device,
            self.domain,
            self.organisation,
            self.role,
            self.purpose,
            self.organisation_country,
            tuple(sorted(self.countries)),
            self.first_ts,
            self.last_ts,
            self.contacts,
            self.bytes_up,
            self.bytes_down,
            self.encrypted,
            self.outcome,
            self.reason,
            tuple(self.hosts),
            self.operator,
            self.network,
            self.country_certainty,
        )


@dataclass(slots=True)
class Candidate:
    """A Change that was seen and waits to be confirmed; `hits` are the hours of its qualifying contacts."""

    change: Change
    hits: list[int] = field(default_factory=list)
    around_start: list[int] = field(default_factory=list)  # those of them only just after a restart
    download_days: list[int] = field(default_factory=list)
    sent_ts: float | None = None  # the first qualifying contact
    twice: bool = False  # a second one came, minutes later, and not all were just after a restart
    again: bool = False  # one of those came well apart
    uploads: int = 0


@dataclass(slots=True)
class Cue:
    """One sign that the software changed."""

    ts: float
    code: str
    score: float
    text: str
    before: str | None = None
    after: str | None = None


@dataclass(slots=True)
class Version:
    """A version string under one key (source, host, product)."""

    text: str
    times: int
    last_ts: float
    older: list[str] = field(default_factory=list)
    changed: list[float] = field(default_factory=list)
    volatile: bool = False  # changes too often, or back and forth, to be a version


@dataclass(slots=True)
class Handshake:
    """How a device shakes hands with one peer: JA4 without what resumption varies, or DHCP option order."""

    shape: str
    times: int = 0
    new_shape: str | None = None
    new_times: int = 0
    new_ts: float = 0.0
    last_ts: float = 0.0  # when `shape` was last seen


@dataclass(slots=True)
class Start:
    """The device joined the network: when, and the names it asked for in the first minutes."""

    ts: float
    names: list[str] = field(default_factory=list)
    judged: bool = False


@dataclass(slots=True)
class Report:
    """An update whose "what changed" report is still open."""

    update: float
    looks: list[int] = field(default_factory=list)  # active days at which was looked already
    changes: int = 0
    told: bool = False


@dataclass(slots=True)
class Device:
    """All that behaviour remembers of one device."""

    device: str
    first_ts: float
    last_ts: float
    session_ts: float  # first record after the last silence
    parties: dict[str, Party] = field(default_factory=dict)
    days: dict[int, int] = field(default_factory=dict)  # day → uploads
    hours: dict[int, list[int]] = field(default_factory=dict)  # latest days → bytes up in each hour
    looked: int | None = None  # last day that was looked at
    sessions: int = 0
    session_days: int = 0
    starts: int = 0
    joined: list[float] = field(default_factory=list)  # latest starts: those who come and go have many
    start: Start | None = None
    boots: list[list[str]] = field(default_factory=list)  # names asked for after the latest starts
    learned: bool = False  # watched long enough for news to be news
    complete: bool = False  # learnt by coverage
    absence_end: float | None = None  # the device came back after days of absence
    absence_s: float = 0.0
    kin: dict[str, list[str]] = field(default_factory=dict)  # organisation → roles it is known in
    candidates: dict[str, Candidate] = field(default_factory=dict)  # kind and domain → open change
    news: list[float] = field(default_factory=list)  # ts of new parties, for the discovery rate
    cues: list[Cue] = field(default_factory=list)
    group: Update | None = None  # the update the present cues belong to
    updates: list[Update] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    versions: dict[str, Version] = field(default_factory=dict)
    handshakes: dict[str, Handshake] = field(default_factory=dict)
    shown: dict[str, float] = field(default_factory=dict)  # what software was seen to turn into → when first
    firmware_uids: list[str] = field(default_factory=list)
    named: int = 0  # uploads to parties whose name was seen
    hides: bool = False  # it hides names, and that is no news any more
    hidden_hours: list[int] = field(default_factory=list)  # in which it did, until it was told
    hidden_ts: float | None = None  # the first time
    blocks: list[list[float | None]] = field(default_factory=list)  # what we blocked: [domain, from, to]
    told: dict[str, float] = field(default_factory=dict)  # kind and domain → ts of the latest change
    dropped: int = 0  # parties forgotten at the bound
    aged: bool = True  # not dumped: days that are over differ from what was last dumped
    fresh: dict[str, list[int]] = field(default_factory=dict)  # not dumped: domain → hours to hand out
    routes: dict[tuple[str, str | None, str, int], tuple[Party, Channel]] = field(default_factory=dict)

    def upload(self, day: int, hour: int, size_bytes: int) -> None:
        """Count an upload of the device in an hour of a day."""
        self.days[day] = self.days.get(day, 0) + 1
        if len(self.days) > DAYS_KEPT:
            del self.days[min(self.days)]
        hours = self.hours.get(day)
        if hours is None:
            hours = self.hours[day] = [0] * 24
            if len(self.hours) > HOUR_DAYS_KEPT:
                del self.hours[min(self.hours)]
        if hours is not None:
            hours[hour] += size_bytes

    def last_update(self, ts: float, within_s: float) -> float | None:
        """Return the time of the latest real update at most `within_s` before `ts`."""
        for update in reversed(self.updates):
            if update.certainty != "restarted" and update.ts <= ts <= update.ts + within_s:
                return update.ts
        return None

    def sightings(self) -> list[Sighting]:
        """Return the hourly rows that grew since the last call, with their whole values."""
        rows = []
        for domain, hours in self.fresh.items():
            kept = self.parties[domain].hours if domain in self.parties else {}
            for hour in hours:
                row = kept.get(hour)
                if row is not None and row.dirty:
                    row.dirty = False
                    rows.append(
                        Sighting(
                            self.device,
                            domain,
                            hour,
                            row.mask.bit_count(),
                            row.flows,
                            row.bytes_up,
                            row.bytes_down,
                        )
                    )
        self.fresh = {}
        return sorted(rows)
