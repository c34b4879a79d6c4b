"""How long we were watching the home: nothing is claimed of time we did not see. Does no I/O."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from appliance.behaviour.spans import DAY_S, day_of
from sensor.records import Loss

HOME_SILENCE_S: Final = 12 * 3_600
"""With no record of any device for longer than this we do not know that we were watching: even a home with a
single toy that sleeps at night is heard more often."""

RECENT_DAYS: Final = 3
"""Days whose watched time may still grow; a loss is told late at times."""

DAYS_WATCHED: Final = 400
"""Days of watched seconds kept: a year and a month, two numbers a day."""

WHOLE_SHARE: Final = 0.75
"""A day watched for less than this is left out of daily comparisons."""

OUTAGE: Final = "outage"
CLOCK: Final = "clock"
UNWATCHED: Final = ("gap", "kernel_drop", "queue", CLOCK)
"""Kinds of Loss whose span, when it has one, counts as not watched."""


@dataclass(slots=True)
class Watch:
    """Seconds watched and seconds lost, per UTC day, for the whole home."""

    seen: float | None = None  # ts of the latest record
    days: dict[int, float] = field(default_factory=dict)
    lost: dict[int, float] = field(default_factory=dict)
    odd: dict[int, str] = field(default_factory=dict)  # days to be doubted → OUTAGE or CLOCK
    resumed: float | None = None  # ts of the first record after the latest long silence of the home

    def tick(self, ts: float) -> None:
        """Note that a record of `ts` came by; time runs only forward."""
        if self.seen is None:
            self.seen = ts
        if ts > self.seen:
            if ts - self.seen <= HOME_SILENCE_S:
                _spread(self.days, self.seen, ts)
            else:
                self.resumed = ts
            self.seen = ts

    def lose(self, loss: Loss) -> None:
        """Take the span of a loss out of the watched time; an instant takes nothing."""
        if loss.kind in UNWATCHED and loss.until > loss.ts:
            start = max(loss.ts, loss.until - DAYS_WATCHED * DAY_S)
            _spread(self.lost, start, loss.until)
            if loss.kind == CLOCK:
                self.odd |= {day: CLOCK for day in range(day_of(start), day_of(loss.until) + 1)}
                for day in sorted(self.odd)[:-DAYS_WATCHED]:
                    del self.odd[day]

    def seconds(self, start: float, end: float) -> float:
        """Return the seconds watched between two times, to the precision of a day's share."""
        total = 0.0
        for day in range(max(day_of(start), day_of(end) - DAYS_WATCHED), day_of(end) + 1):
            overlap = min(end, (day + 1) * DAY_S) - max(start, day * DAY_S)
            total += max(0.0, min(overlap, self.days.get(day, 0.0) - self.lost.get(day, 0.0)))
        return total

    def in_days(self, start: float, end: float) -> float:
        """Return the days watched between two times, to be shown."""
        return round(self.seconds(start, end) / DAY_S, 2)

    def whole(self, day: int) -> bool:
        """Return whether the day was watched for most of its length, by a home that was online."""
        return self.odd.get(day) != OUTAGE and self.share(day) >= WHOLE_SHARE

    def share(self, day: int) -> float:
        """Return the share of a day that was watched."""
        return (self.days.get(day, 0.0) - self.lost.get(day, 0.0)) / DAY_S

    def merge(self, other: Watch) -> None:
        """Take over what another memory of the same home knows; both only ever grow."""
        self.seen = max((ts for ts in (self.seen, other.seen) if ts is not None), default=None)
        for mine, others in ((self.days, other.days), (self.lost, other.lost)):
            for day, seconds in others.items():
                mine[day] = max(mine.get(day, 0.0), seconds)
        self.odd.update(other.odd)
        self.resumed = max((ts for ts in (self.resumed, other.resumed) if ts is not None), default=None)

    def dump(self) -> dict[str, Any]:
        """Return the latest days, which are all that changed since `dump_all`."""
        return self._dump(max(self.days, default=0) - RECENT_DAYS)

    def dump_all(self) -> dict[str, Any]:
        return self._dump(-1)

    def _dump(self, after: int) -> dict[str, Any]:
        tables = {"days": self.days, "lost": self.lost, "odd": self.odd}
        return {"seen": self.seen, "resumed": self.resumed} | {
            name: [[day, value] for day, value in sorted(table.items()) if day > after]  # type: ignore[attr-defined]
            for name, table in tables.items()
        }

    @classmethod
    def load(cls, state: dict[str, Any]) -> Watch:
        days, lost, odd = (dict(map(tuple, state[name])) for name in ("days", "lost", "odd"))
        return cls(state["seen"], days, lost, odd, state.get("resumed"))


def _spread(days: dict[int, float], start: float, end: float) -> None:
    """Add the seconds from start to end to the days they fall in; forget the oldest days beyond the bound."""
    for day in range(day_of(start), day_of(end) + 1):
        share = min(end, (day + 1) * DAY_S) - max(start, day * DAY_S)
        if share > 0:
            days[day] = days.get(day, 0.0) + share
    while len(days) > DAYS_WATCHED:
        del days[min(days)]
