"""Sums of the hourly rollup by local day and hour: what was sent when. Pure arithmetic, no judgement."""

from __future__ import annotations

import bisect
import math
import statistics
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from appliance.behaviour.facts import Sighting
from appliance.store.rollups import Span, Sum
from web.language import HOUR_S, Language

USUAL_DAYS: Final = 14
"""Days before today that make "usual": two weeks hold each weekday twice."""

_HOUR_X: Final = tuple(round(hour / 24 * 100, 3) for hour in range(24))

LEVELS: Final = 4
"""Shades of a drawing; more cannot be told apart."""


class Today(NamedTuple):
    """What a device sent since midnight, against the same stretch of the days before."""

    sent_bytes: int
    usual_bytes: float | None  # median; None before there is a whole day to compare with
    usual_days: int  # days the median is of

    @property
    def scale_bytes(self) -> float:
        """The length of a full bar: twice the usual, so that usual is its middle; never 0."""
        return max(2 * (self.usual_bytes or 0), self.sent_bytes, 1)


class DaySent(NamedTuple):
    """What a device sent to one party on one local day."""

    domain: str
    ts: float  # when the day began
    bytes_up: int


class HourCell(NamedTuple):
    """One hour of one day in the drawing of activity."""

    hour: int  # 0 to 23, local
    bytes_up: int
    contacts: int
    level: int  # 0 nothing, 1 to LEVELS
    watched: bool  # False for hours before the first or after the last packet

    @property
    def x(self) -> float:
        """Where it begins in the drawing of a day, in per cent."""
        return _HOUR_X[self.hour]


class DayRow(NamedTuple):
    """One local day of the drawing of activity."""

    ts: float  # a moment within the day
    cells: list[HourCell]
    bytes_up: int


def midnight_hour(language: Language, ts: float, days_before: int = 0) -> int:
    """Return the UTC hour (ts // 3600) in which the local day of `ts`, less some days, began."""
    day = language.local(ts).date() - timedelta(days=days_before)
    hour = int(ts // HOUR_S) - 24 * days_before - language.local(ts).hour
    # Across a change of the clocks the day began an hour or two aside.
    for candidate in (hour, hour + 1, hour - 1, hour + 2, hour - 2):
        if _begins(language, candidate, day):
            return candidate
    return hour


def _begins(language: Language, hour: int, day: date) -> bool:
    middle = (hour + 0.5) * HOUR_S
    return language.local(middle).date() == day and language.local(middle - HOUR_S).date() != day


def day_spans(language: Language, now: float, days: int) -> list[Span]:
    """Return the hours of the last local days, the oldest first; the last one ends with the hour of `now`."""
    starts = [midnight_hour(language, now, n) for n in range(days - 1, -1, -1)]
    return list(zip(starts, [*starts[1:], int(now // HOUR_S) + 1], strict=True))


def day_sent(spans: Sequence[Span], rows: Iterable[Sum]) -> list[DaySent]:
    """Return sums over `day_spans` as days of parties."""
    return [DaySent(row.domain, spans[row.span][0] * HOUR_S, row.bytes_up) for row in rows]


def today_spans(language: Language, now: float) -> list[Span]:
    """Return today's hours so far, and the same hours of each day before, the latest first."""
    starts = [midnight_hour(language, now, n) for n in range(USUAL_DAYS + 1)]
    so_far = int(now // HOUR_S) + 1 - starts[0]
    return [(start, start + so_far) for start in starts]


def today(language: Language, sent: Sequence[int], first_ts: float, now: float) -> Today:
    """Return today's upload against the median of whole days before; `sent` is over `today_spans`."""
    age = (language.local(now).date() - language.local(first_ts).date()).days
    past = sent[1 : 1 + max(0, min(USUAL_DAYS, age - 1))]
    return Today(sent[0], statistics.median(past) if past else None, len(past))


def by_hour(
    language: Language, sightings: Iterable[Sighting], first_ts: float, now: float, days: int
) -> list[DayRow]:
    """Return the last `days` local days, the latest first, each hour with what was sent in it."""
    sent: dict[tuple[date, int], tuple[int, int]] = {}
    for row in sightings:
        moment = language.local((row.hour + 0.5) * HOUR_S)
        key = (moment.date(), moment.hour)
        bytes_up, contacts = sent.get(key, (0, 0))
        sent[key] = (bytes_up + row.bytes_up, contacts + row.contacts)
    this_day = language.local(now).date()
    wanted = [this_day - timedelta(days=n) for n in range(days)]
    levels = Levels([bytes_up for (day, _), (bytes_up, _) in sent.items() if day in wanted])
    first, last = _slot(language, first_ts), _slot(language, now)
    rows = []
    for n, day in enumerate(wanted):
        cells = []
        for hour in range(24):
            bytes_up, contacts = sent.get((day, hour), (0, 0))
            cells.append(
                HourCell(hour, bytes_up, contacts, levels.of(bytes_up), first <= (day, hour) <= last)
            )
        rows.append(DayRow(now - n * 24 * HOUR_S, cells, sum(cell.bytes_up for cell in cells)))
    return rows


def _slot(language: Language, ts: float) -> tuple[date, int]:
    moment = language.local(ts)
    return (moment.date(), moment.hour)


class Levels:
    """Shades by rank: quarters of what is there, so that one large upload does not pale all others."""

    def __init__(self, values: Sequence[float]) -> None:
        self._present = sorted(value for value in values if value > 0)

    def of(self, value: float) -> int:
        """Return 0 for nothing, else 1 to LEVELS; the largest is always the darkest."""
        if value <= 0 or not self._present:
            return 0
        rank = bisect.bisect_right(self._present, value)
        return max(1, math.ceil(LEVELS * rank / len(self._present)))
