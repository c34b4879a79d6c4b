"""Months of the demonstration home as record lines: the same seed, days and end give the same bytes."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final

from sensor.records import FlowRecord, Loss, Record
from tests.household import localtime
from tests.household.home import DEVICES, STORY, Device, Event
from tests.household.life import DAY_S, Life
from tests.household.traffic import Ledger, when

DAYS: Final = 60
END: Final = datetime(2026, 11, 22, 18, 0, tzinfo=UTC).timestamp()
"""End of the months when no other is asked for: a Sunday evening. Summer time ends within them."""


def generate(seed: int = 1, days: int = DAYS, end: float = END, today_s: float = 0.0) -> list[Record]:
    """Return the record lines of `days` days before `end`, in the order a sensor would emit them.

    The last `today_s` seconds before `end` are left empty, for a real capture of the same home. Nothing is
    emitted after that: flows still open then are left out, as they are not yet written.
    """
    return live(DEVICES, STORY, str(seed), end - days * DAY_S, end, today_s)


def live(
    devices: tuple[Device, ...],
    story: tuple[Event, ...],
    seed: str,
    start: float,
    end: float,
    today_s: float = 0.0,
) -> list[Record]:
    """Return the record lines of any home: its devices and what happens to them, `start` to `end`."""
    rows: list[tuple[float, int, int, Record]] = []
    for number, device in enumerate(devices):
        ledger = Ledger(f"{seed}|{device.key}")
        Life(device, ledger, random.Random(f"{seed}|{device.key}"), start, end, story).live()
        rows += [(emitted, number, order, record) for emitted, order, record in ledger.rows]
    rows = [row for row in rows if row[0] < end - today_s and row[3].ts >= start]
    gaps = [gap for gap in localtime.spans("capture_gap", end, story) if start <= gap[0] < end]
    rows = list(_without(rows, gaps))
    rows += [(until, -1, 0, Loss(when(ts), when(until), "gap", 0, "the gateway was unplugged"))
             for ts, until in gaps]  # fmt: skip
    rows.sort(key=lambda row: row[:3])
    return [row[3] for row in rows]


def _without(
    rows: Iterable[tuple[float, int, int, Record]], gaps: list[tuple[float, float]]
) -> Iterator[tuple[float, int, int, Record]]:
    """Yield the rows whose packets were not lost in a gap."""
    for row in rows:
        record = row[3]
        until = record.ts + record.duration_s if isinstance(record, FlowRecord) else record.ts
        if not any(begin <= until and record.ts < stop for begin, stop in gaps):
            yield row
