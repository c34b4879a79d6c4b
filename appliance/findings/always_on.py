"""Finding: the device sends around the clock, so also while nobody plays. Does no I/O."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from appliance.findings.kind import ASKER, Kind, Meeting, Seen, Words, nothing
from appliance.findings.memory import Memory
from sensor.records import FlowRecord

DAY_S: Final = 86_400.0
HOUR_S: Final = 3_600.0

DAYS: Final = 3
"""Days in a row: one may be a birthday, or a film left running."""

HOURS: Final = 22
"""Hours of a day with uploads; no child plays so long, and two hours may be lost to a reboot."""

HOUR_BYTES: Final = 4_000
"""IP bytes up in an hour from which it counts: below it are keep-alives and the clock, which say little."""


@dataclass(slots=True)
class _Clock:
    hour: int = -1
    sent: int = 0
    full: bool = False  # enough was sent in this hour, and it is counted
    days: dict[int, set[int]] = field(default_factory=dict)  # UTC day → hours with uploads
    told: int = -1  # the last day that was told


class AlwaysOn:
    """Keeps, for each device and party, the hours of the last three days in which something was sent."""

    def __init__(self) -> None:
        self._clocks = Memory(_Clock)

    def look(self, meeting: Meeting) -> Seen | None:
        """Return that a third such day in a row is complete, once a day."""
        flow = meeting.record
        if type(flow) is not FlowRecord or meeting.domain is None or meeting.side != ASKER:
            return None
        clock = self._clocks.of((meeting.device, meeting.domain))
        hour = int(flow.ts // HOUR_S)
        if hour != clock.hour:
            clock.hour, clock.sent, clock.full = hour, 0, False
        if clock.full:
            return None
        clock.sent += flow.orig_ip_bytes if flow.orig_bytes else 0
        if clock.sent < HOUR_BYTES:
            return None
        clock.full = True
        day = hour // 24
        clock.days.setdefault(day, set()).add(hour % 24)
        while len(clock.days) > DAYS:
            del clock.days[min(clock.days)]
        if clock.told == day or not all(len(clock.days.get(day - n, ())) >= HOURS for n in range(DAYS)):
            return None
        clock.told = day
        return Seen(f"sent something in at least {HOURS} of 24 hours on {DAYS} days in a row", flow.uid)


KIND: Final = Kind(
    code="always_on",
    severity=1,
    title="Sends around the clock",
    sentence="{device} sent data day and night, so also while nobody used it.",
    do="Switch it off when nobody uses it, if you can. Ask the maker what it sends then.",
    cannot_prove="What was sent, or that it was not needed: devices also say that they are still there.",
    rules=("GDPR art. 5(1)(c)", "GDPR art. 25", "ETSI EN 303 645 6-4"),
    reads=(FlowRecord,),
    look=nothing,
    french=Words(
        title="Envoie jour et nuit",
        sentence="{device} a envoyé des données jour et nuit, donc aussi quand personne ne s'en servait.",
        do="Éteignez-le quand personne ne s'en sert, si possible. Demandez au fabricant ce qu'il envoie "
        "alors.",
        cannot_prove="Ce qui a été envoyé, ni que c'était inutile : les appareils disent aussi qu'ils "
        "sont là.",
    ),
    watch=AlwaysOn,
)
