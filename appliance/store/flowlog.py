"""The flow log read in the order of its time: row by row for people's formats, as text for the archive.

A key (time in microseconds, uid, part) names a flow's row wherever it lies, in the store or in the archive:
what was interrupted goes on behind the key it had reached.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from appliance.flowrow import FlowRow

PAGE: Final = 5_000
"""Rows of one step: about 5 MB of memory, and a read that does not hold up the write-ahead log."""

STRETCH: Final = 40_000
"""Flows that are put in order together: 10 MB, which SQLite sorts in memory, and one row group of Parquet."""

TICKS: Final = 1_000_000
"""Microseconds in a second: what two readers of one float agree on."""

Key = tuple[int, str, int]
"""Time in microseconds, uid and part of a flow's row."""

TIMES: Final = frozenset({"ts", "duration_s"})
FREE: Final = frozenset({"domain", "server_name"})  # text of any characters

_COLUMNS: Final = ", ".join(f'"{name}"' for name in FlowRow._fields)


class Wanted(NamedTuple):
    """Which flows are asked for."""

    since: float = 0.0
    until: float = float("inf")
    devices: tuple[str, ...] = ()  # empty: all


def key_of(flow: FlowRow) -> Key:
    """Return the key of a flow."""
    return round(flow.ts * TICKS), flow.uid, flow.part


def flows(db: sqlite3.Connection, wanted: Wanted, after: Key | None = None) -> Iterator[list[FlowRow]]:
    """Yield the wanted flows of the store by key, in pages.

    A page ends between two microseconds: within one, rows lie in the order of finer times, not of keys.
    """
    clause, values = _where(wanted)
    query = f"SELECT {_COLUMNS} FROM flow WHERE {clause} ORDER BY ts"  # noqa: S608 - names only
    while True:
        since = wanted.since if after is None else max(wanted.since, (after[0] - 1) / TICKS)
        page: list[FlowRow] = []
        for row in db.execute(query, (since, *values)):
            flow = FlowRow._make(row)
            if len(page) >= PAGE and key_of(flow)[0] != key_of(page[-1])[0]:
                break
            if after is None or key_of(flow) > after:
                page.append(flow)
        if not page:
            return
        page.sort(key=key_of)
        yield page
        after = key_of(page[-1])


def lines(
    db: sqlite3.Connection, wanted: Wanted, columns: Sequence[str] = FlowRow._fields
) -> Iterator[bytes]:
    """Yield columns of the wanted flows as CSV text in blocks of whole lines, stretch by stretch of time.

    Within a stretch flows of one device and party stand together, so that columns compress a third better.
    SQLite itself puts a row together: a quarter of what Python would need. Times are microseconds.
    """
    edge, text = wanted.since, _as_text(columns)
    while edge < wanted.until:
        end = _stretch_end(db, edge, wanted.until)
        clause, values = _where(wanted._replace(until=end))
        query = f"SELECT {text} FROM flow WHERE {clause} ORDER BY device, domain, server_name, ts"  # noqa: S608
        cursor = db.execute(query, (edge, *values))
        while rows := cursor.fetchmany(PAGE):
            yield "".join([line for (line,) in rows]).encode()
        edge = end


def _stretch_end(db: sqlite3.Connection, edge: float, until: float) -> float:
    """Return the time before which about STRETCH flows lie, `until` where there are fewer."""
    query = "SELECT ts FROM flow WHERE ts > ? ORDER BY ts LIMIT 1 OFFSET ?"
    row = db.execute(query, (edge, STRETCH)).fetchone()
    return until if row is None or row[0] >= until else float(row[0])


def _as_text(columns: Sequence[str]) -> str:
    formats, values = [], []
    for name in columns:
        column = f'"{name}"'
        if name in TIMES:
            formats.append("%d")
            values.append(f"CAST(round({column} * {TICKS}) AS INTEGER)")
        elif name in FREE:  # quoted; an absent one is an empty field without quotes
            formats.append("%s")
            values.append(f"CASE WHEN {column} IS NULL THEN '' ELSE format('\"%w\"', {column}) END")
        else:
            formats.append("%s")
            values.append(column)
    return f"format('{','.join(formats)}\n', {', '.join(values)})"


def _where(wanted: Wanted) -> tuple[str, list[Any]]:
    clause, values = "ts >= ?", list[Any]()
    if wanted.until != float("inf"):
        clause += " AND ts < ?"
        values.append(wanted.until)
    if wanted.devices:
        clause += f" AND device IN ({', '.join('?' * len(wanted.devices))})"
        values.extend(wanted.devices)
    return clause, values


class Sums(NamedTuple):
    """What two copies of the same flows agree in."""

    flows: int
    first_us: int
    last_us: int
    duration_us: int
    packets: int
    wire_bytes: int
    payload_bytes: int
    uids: int  # characters in all uids: a torn text column shows


def sums(db: sqlite3.Connection, wanted: Wanted) -> Sums:
    """Return the sums over the wanted flows."""
    clause, values = _where(wanted)
    query = (
        f"SELECT count(*), coalesce(min(CAST(round(ts * {TICKS}) AS INTEGER)), 0),"  # noqa: S608 - names only
        f" coalesce(max(CAST(round(ts * {TICKS}) AS INTEGER)), 0),"
        f" coalesce(sum(CAST(round(duration_s * {TICKS}) AS INTEGER)), 0),"
        " coalesce(sum(orig_pkts + resp_pkts), 0), coalesce(sum(orig_wire_bytes + resp_wire_bytes), 0),"
        f" coalesce(sum(orig_bytes + resp_bytes), 0), coalesce(sum(length(uid)), 0) FROM flow WHERE {clause}"
    )
    return Sums._make(db.execute(query, (wanted.since, *values)).fetchone())


def count(db: sqlite3.Connection, wanted: Wanted) -> int:
    """Return how many flows of the store are wanted."""
    clause, values = _where(wanted)
    (found,) = db.execute(f"SELECT count(*) FROM flow WHERE {clause}", (wanted.since, *values)).fetchone()  # noqa: S608
    return int(found)
