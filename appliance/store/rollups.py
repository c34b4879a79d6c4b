"""Sums of the rollups: hourly sightings over spans of hours, and days over weeks and months.

A page asks for days, and the database adds them up. The daily sums are made anew of a day's hours whenever
one of them is written, in the same transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

Span = tuple[int, int]
"""Hours (ts // 3600) since <= hour < until."""

MAX_SPANS: Final = 400
"""Spans of one question: a year of days; SQLite itself takes 32,766 values in one statement."""


LONG_DAYS: Final = 3
"""From so many whole days on, a span is read from the daily sums: a day is a row instead of up to 24."""


class Sum(NamedTuple):
    """What a device sent to a party within one span."""

    span: int  # its place in the question
    device: str
    domain: str
    contacts: int
    flows: int
    bytes_up: int
    bytes_down: int


HOURS: Final = 24

_ADD_UP: Final = (
    "INSERT OR REPLACE INTO daily SELECT device, domain, hour / 24, sum(contacts), sum(flows), sum(bytes_up),"
    " sum(bytes_down) FROM sighting WHERE device = ? AND hour >= ? AND hour < ? GROUP BY domain"
)
_DAYS: Final = (
    "SELECT d.device, s.domain, sum(s.contacts), sum(s.flows), sum(s.bytes_up), sum(s.bytes_down)"
    " FROM device AS d CROSS JOIN daily AS s ON s.device = d.device AND s.day >= ? AND s.day < ?"
    " GROUP BY d.device, s.domain"
)
_SUMS: Final = (
    "SELECT span.n, s.device, s.domain, sum(s.contacts), sum(s.flows), sum(s.bytes_up), sum(s.bytes_down)"
    " FROM span CROSS JOIN device AS d CROSS JOIN sighting AS s"
    " ON s.device = d.device AND s.hour >= span.since AND s.hour < span.until"
    " GROUP BY span.n, s.device, s.domain ORDER BY span.n, s.device, s.domain"
)
_SUMS_OF_ONE: Final = (
    "SELECT n, ?, domain, sum(contacts), sum(flows), sum(bytes_up), sum(bytes_down) FROM ("
    "SELECT span.n AS n, s.domain, s.contacts, s.flows, s.bytes_up, s.bytes_down"
    " FROM span CROSS JOIN sighting AS s ON s.device = ? AND s.hour >= span.since AND s.hour < span.until"
    " WHERE NOT span.whole UNION ALL "
    "SELECT span.n AS n, s.domain, s.contacts, s.flows, s.bytes_up, s.bytes_down"
    " FROM span CROSS JOIN daily AS s ON s.device = ? AND s.day >= span.since AND s.day < span.until"
    " WHERE span.whole) WHERE ? IS NULL OR domain = ? GROUP BY n, domain ORDER BY n, domain"
)
_SENT: Final = (
    "SELECT d.device, span.n, coalesce((SELECT sum(s.bytes_up) FROM sighting AS s"
    " WHERE s.device = d.device AND s.hour >= span.since AND s.hour < span.until), 0)"
    " FROM device AS d CROSS JOIN span WHERE ? IS NULL OR d.device = ? ORDER BY d.device, span.n"
)


def sums(
    db: sqlite3.Connection, spans: Sequence[Span], device: str | None = None, domain: str | None = None
) -> list[Sum]:
    """Return what each device (or one, with each party or one) exchanged within each span."""
    if device is None:
        rows = db.execute(_asked(spans) + _SUMS, _values(spans))
    else:
        _check(spans)
        pieces = [piece for n, span in enumerate(spans) for piece in _pieces(n, span)]
        asked = f"WITH span (n, since, until, whole) AS (VALUES {', '.join(['(?, ?, ?, ?)'] * len(pieces))}) "
        values = [value for piece in pieces for value in piece]
        rows = db.execute(asked + _SUMS_OF_ONE, (*values, device, device, device, domain, domain))
    return [Sum._make(row) for row in rows]


def _pieces(n: int, span: Span) -> list[tuple[int, int, int, bool]]:
    """Return a span as (its place, since, until, False) in hours; in days (True) where it holds some."""
    since, until = span
    first, last = -(-since // HOURS), until // HOURS
    if last - first < LONG_DAYS:
        return [(n, since, until, False)]
    return [
        (n, since, first * HOURS, False),
        (n, first, last, True),
        (n, last * HOURS, until, False),
    ]


def sent(db: sqlite3.Connection, spans: Sequence[Span], only: str | None = None) -> dict[str, list[int]]:
    """Return for each device (or one) the bytes it sent within each span, in the order of the spans."""
    found: dict[str, list[int]] = {}
    for device, _, size_bytes in db.execute(_asked(spans) + _SENT, (*_values(spans), only, only)):
        found.setdefault(device, []).append(size_bytes)
    return found


def add_up_days(db: sqlite3.Connection, sightings: Iterable[tuple[Any, ...]]) -> None:
    """Make the daily sums of the days that rows of the table of sightings fall on."""
    days = sorted({(row[0], row[2] // HOURS) for row in sightings})
    db.executemany(_ADD_UP, [(device, day * HOURS, (day + 1) * HOURS) for device, day in days])


def days(db: sqlite3.Connection, since_day: int, until_day: int) -> list[Sum]:
    """Return what each device exchanged with each party on the UTC days since_day <= day < until_day."""
    rows = db.execute(_DAYS, (since_day, until_day))
    return [Sum(0, *row) for row in rows]


def by_day(db: sqlite3.Connection, device: str, since_day: int, until_day: int) -> list[Sum]:
    """Return what one device exchanged with each party on each day, in order; `span` is the day."""
    query = (
        "SELECT day, device, domain, contacts, flows, bytes_up, bytes_down FROM daily"
        " WHERE device = ? AND day >= ? AND day < ? ORDER BY day, domain"
    )
    return [Sum._make(row) for row in db.execute(query, (device, since_day, until_day))]


def _asked(spans: Sequence[Span]) -> str:
    _check(spans)
    return f"WITH span (n, since, until) AS (VALUES {', '.join(['(?, ?, ?)'] * len(spans))}) "


def _check(spans: Sequence[Span]) -> None:
    if not 0 < len(spans) <= MAX_SPANS:
        raise ValueError(f"read {len(spans)} spans, expected 1 to {MAX_SPANS}")


def _values(spans: Sequence[Span]) -> list[int]:
    return [value for n, (since, until) in enumerate(spans) for value in (n, since, until)]
