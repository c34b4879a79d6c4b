"""When a device is switched on and in the home."""

from __future__ import annotations

from bisect import bisect_right

from tests.household.simulation.channel import Device
from tests.household.simulation.family import Family, Session, Span


class Presence:
    """Spans of time, in order and without overlap."""

    def __init__(self, spans: list[Span]) -> None:
        self.spans = _joined(spans)
        self._begins = [begin for begin, _ in self.spans]

    def __contains__(self, ts: float) -> bool:
        place = bisect_right(self._begins, ts) - 1
        return place >= 0 and ts < self.spans[place][1]

    def without(self, holes: tuple[Span, ...]) -> Presence:
        """Return the spans less some holes."""
        spans = self.spans
        for begin, until in holes:
            spans = [
                part
                for a, b in spans
                for part in ((a, min(b, begin)), (max(a, until), b))
                if part[1] > part[0]
            ]
        return Presence(spans)


def _joined(spans: list[Span]) -> list[Span]:
    found: list[Span] = []
    for begin, until in sorted(spans):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], until))
        else:
            found.append((begin, until))
    return found


def in_home(device: Device, family: Family) -> Presence:
    """Return when a device is in the home, switched on or not."""
    spans = [(device.begin, device.until)]
    profile, calendar = device.profile, family.calendar
    holes: tuple[Span, ...] = ()
    if profile.power == "away":
        leaves, returns = (8.0, 16.2) if profile.who == "child" else (8.3, 17.8)
        holes = tuple(
            (calendar.at(day, leaves), calendar.at(day, returns))
            for day in range(len(calendar.days))
            if not family.free(day)
        )
    if profile.portable:
        holes += family.absences + (family.children_away if profile.who == "child" else ())
    return Presence(spans).without(holes)


def switched_on(device: Device, family: Family, used: list[Session], home: Presence) -> Presence:
    """Return when a device is on and in the home."""
    calendar, power = family.calendar, device.profile.power
    if power == "use":
        spans = [(it.ts - 60, it.ts + it.length_s + 240) for it in used]
        return Presence([span for span in spans if span[0] in home])
    if power == "waking":
        bed = family.child_bed if device.profile.who == "child" else family.adult_bed
        nights = tuple(
            (calendar.at(day, bed + 0.4), calendar.at(day, 24 + family.wake - 0.2))
            for day in range(len(calendar.days) - 1)
        )
        return home.without(nights)
    return home
