"""Observations in the store: packs of some hundred records, compressed, found by time.

One row a record cost more than all else of a replay together and ten times the space: its names, addresses
and numbers are nearly those of its neighbours. What is asked of a flow is asked with the flow's time, which
leads to a few packs.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Collection, Iterator
from typing import Any, Final

import msgspec

from sensor.records import TYPES, Observation, from_json

PACK: Final = 512
"""Records of one pack: 20 kB, opened in a millisecond; larger ones are hardly smaller for each record."""

SPAN_S: Final = 3_600.0
"""Longest time from the first to the last record of one pack, so that a question for a time has a bound."""

PART_S: Final = 600.0
"""Longest time from the beginning of one part of a flow to that of the next (sensor.records.FlowRecord)."""

OPEN_S: Final = 900.0
"""A flow that is in no log yet began at most so long ago: parts are logged every 300 s, or 300 s after."""

_LEVEL: Final = 1  # of zlib: 40 bytes a record; the highest level takes four times as long for 33
_encode: Final = msgspec.json.Encoder().encode
_KINDS: Final = {record_type: name for name, record_type in TYPES.items()}

Observed = tuple[int, str | None, Observation]
"""The number of the record (Service counts them), the device it is about, the record."""

Row = tuple[float, float, int, bytes]
"""ts, until, seq and body of a pack."""


def rows(observed: list[Observed]) -> Iterator[Row]:
    """Yield the packs of observations, in their order."""
    for start in range(0, len(observed), PACK):
        yield from _within_span(observed[start : start + PACK])


def _within_span(part: list[Observed]) -> Iterator[Row]:
    times = [record[0] for _, _, record in part]
    first, last = min(times), max(times)
    if last - first <= SPAN_S:
        yield first, last, part[-1][0], _pack(part)
        return
    middle = len(part) // 2
    yield from _within_span(part[:middle])
    yield from _within_span(part[middle:])


def _pack(part: list[Observed]) -> bytes:
    lines = [(seq, device, _KINDS[type(record)], record) for seq, device, record in part]
    try:
        body = _encode(lines)
    except UnicodeEncodeError:  # a lone surrogate, which a hostile record line can hold
        body = json.dumps(lines, separators=(",", ":")).encode()
    return zlib.compress(body, _LEVEL)


def unpack(body: bytes) -> Iterator[Observed]:
    """Yield the observations of a pack."""
    for seq, device, name, values in json.loads(zlib.decompress(body)):
        yield seq, device, TYPES[name](*map(_frozen, values))


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def of_flows(db: sqlite3.Connection, uids: Collection[str]) -> list[Observation]:
    """Return what was read from these flows: kept as evidence, or still open at the end of the record."""
    marks = ", ".join("?" * len(uids))
    spans = {
        uid: (ts, until)
        for uid, ts, until in db.execute(
            f"SELECT uid, min(ts - ? * part), max(ts + duration_s) FROM evidence_flow WHERE uid IN ({marks})"  # noqa: S608
            " GROUP BY uid",
            (PART_S, *uids),
        )
    }
    if len(spans) < len(uids):
        (last,) = db.execute("SELECT coalesce(max(until), 0) FROM observation").fetchone()
        spans[""] = (last - OPEN_S, last)
    bodies = {row: body for span in spans.values() for row, body in _packs(db, *span)}
    wanted = frozenset(uids)
    found = (record for _, body in sorted(bodies.items()) for _, _, record in unpack(body))
    return [record for record in found if getattr(record, "uid", None) in wanted]


def _packs(db: sqlite3.Connection, start: float, end: float) -> sqlite3.Cursor:
    """Return (row number, body) of the packs that may hold records from `start` to `end`."""
    query = "SELECT rowid, body FROM observation WHERE until BETWEEN ? AND ? AND ts <= ?"
    return db.execute(query, (start, end + SPAN_S, end))


def erase(db: sqlite3.Connection, devices: Collection[str]) -> None:
    """Take the observations of devices out of every pack."""
    numbers = db.execute("SELECT rowid FROM observation").fetchall() if devices else ()
    for place in numbers:
        seq, body = db.execute("SELECT seq, body FROM observation WHERE rowid = ?", place).fetchone()
        held = list(unpack(body))
        kept = [observed for observed in held if observed[1] not in devices]
        if not kept:
            db.execute("DELETE FROM observation WHERE rowid = ?", place)
        elif len(kept) < len(held):
            db.execute("UPDATE observation SET body = ?, seq = ? WHERE rowid = ?", (_pack(kept), seq, *place))


def packed(seq: int, device: str | None, line: str) -> bytes:
    """Return the pack of one JSON line, for the migration of stores that held them as lines."""
    return _pack([(seq, device, from_json(line))])  # type: ignore[list-item]
