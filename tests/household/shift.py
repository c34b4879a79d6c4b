"""Moves records in time, so that a real capture becomes the last minutes of the generated months."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sensor.records import FlowRecord, Loss, Record


def shift(records: Iterable[Record], offset_s: float) -> Iterator[Record]:
    """Yield the records `offset_s` later (earlier when negative), rounded to the microsecond."""
    for record in records:
        moved = record._replace(ts=round(record.ts + offset_s, 6))
        if isinstance(moved, Loss):
            moved = moved._replace(until=round(moved.until + offset_s, 6))
        yield moved


def last_ts(records: Iterable[Record]) -> float:
    """Return the time of the last packet the records speak of. Raises ValueError when there is none."""
    return max(
        record.ts + record.duration_s if isinstance(record, FlowRecord) else record.ts for record in records
    )


def shift_to_end(records: Sequence[Record], end: float) -> list[Record]:
    """Return the records moved so that their last packet is at `end` (UTC epoch seconds)."""
    return list(shift(records, end - last_ts(records)))
