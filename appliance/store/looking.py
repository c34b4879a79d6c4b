"""Looking through the flow log, newest first, a bounded stretch at a time.

A log of a year has tens of millions of flows and one index, that of time: more would cost a card more wear
than searches are worth. So one look reads about LOOKED flows and says how far back it came. Where a party is
asked for, the rollup says in which hours it was met, and only those are read.
"""

from __future__ import annotations

import sqlite3
from typing import Any, Final, NamedTuple

from appliance.flowrow import FlowRow
from appliance.store import observations
from appliance.store.tables import FLOW
from sensor.records import Observation

LOOKED: Final = 20_000
"""Flows read by one look: some tens of milliseconds."""

MAX_HOURS: Final = 48
"""Hours of one look in which the rollup met a party."""

MAX_PACKS: Final = 6
"""Packs of observations opened by one look, of at most 512 records each."""

HOUR_S: Final = 3_600

Key = tuple[float, str, int]
"""Time, uid and part of a flow: the order of the log."""

END: Final[Key] = (float("inf"), "", 0)


class Question(NamedTuple):
    """Which flows are looked for; an empty field asks nothing."""

    device: str = ""
    domain: str = ""
    text: str = ""  # part of the server's name, or an address, a uid or a community id
    proto: str = ""
    port: int | None = None  # of the responder
    since: float = 0.0
    until: float = float("inf")


class Look(NamedTuple):
    """What one look found."""

    flows: list[FlowRow]
    after: Key | None  # where the next look begins; None at the beginning of the log
    back_to: float | None  # the time that this look came back to; None when it read nothing


_COLUMNS: Final = ", ".join(f'"{name}"' for name in FlowRow._fields)
_KEY: Final = "(ts, uid, part) < (?, ?, ?)"
_BACK: Final = "ORDER BY ts DESC, uid DESC, part DESC"


def look(db: sqlite3.Connection, question: Question, after: Key = END, limit: int = 100) -> Look:
    """Return at most `limit` flows before `after` that the question asks for."""
    if question.domain:
        return _look_in_hours(db, question, after, limit)
    start = min(after, (question.until, "", 0))
    reached = _reach(db, question.since, start)
    found = _found(db, question, reached, start, limit)
    return _look(found, reached if reached > question.since else None, limit)


def _reach(db: sqlite3.Connection, since: float, after: Key) -> float:
    """Return the time that one look reads back to: LOOKED rows further in the order of writing."""
    newest = "SELECT rowid FROM flow WHERE ts <= ? ORDER BY ts DESC LIMIT 1"
    query = f"SELECT ts FROM flow WHERE rowid <= ({newest}) - ? ORDER BY rowid DESC LIMIT 1"  # noqa: S608
    row = db.execute(query, (after[0], LOOKED)).fetchone()
    return since if row is None else max(since, row[0])


def _look(found: list[FlowRow], reached: float | None, limit: int) -> Look:
    """Return what was found; `reached` is how far back was read, None for all the way."""
    if len(found) == limit:
        flow = found[-1]
        return Look(found, (flow.ts, flow.uid, flow.part), flow.ts)
    return Look(found, None if reached is None else (reached, "", 0), reached)


def _look_in_hours(db: sqlite3.Connection, question: Question, after: Key, limit: int) -> Look:
    found: list[FlowRow] = []
    latest = min(after[0], question.until)
    hours = _hours(db, question, latest)
    for hour in hours:
        begin = max(question.since, hour * HOUR_S)
        start = min(after, (min(question.until, (hour + 1.0) * HOUR_S), "", 0))
        found += _found(db, question, begin, start, limit - len(found))
        if len(found) == limit:
            return _look(found, None, limit)
    more = len(hours) == MAX_HOURS and hours[-1] * HOUR_S > question.since
    return _look(found, hours[-1] * float(HOUR_S) if more else None, limit)


def _hours(db: sqlite3.Connection, question: Question, latest: float) -> list[int]:
    """Return the latest hours in which the device, or any, met the party."""
    last = int(latest // HOUR_S) if latest != float("inf") else 1 << 62
    met = db.execute("SELECT device FROM party WHERE domain = ?", (question.domain,))
    devices = [question.device] if question.device else [device for (device,) in met]
    query = (
        "SELECT hour FROM sighting WHERE device = ? AND domain = ? AND hour <= ? ORDER BY hour DESC LIMIT ?"
    )
    hours: set[int] = set()
    for device in devices:
        hours.update(hour for (hour,) in db.execute(query, (device, question.domain, last, MAX_HOURS)))
    return sorted(hours, reverse=True)[:MAX_HOURS]


def _found(db: sqlite3.Connection, question: Question, since: float, after: Key, limit: int) -> list[FlowRow]:
    clauses = ["ts >= ?", "ts <= ?", _KEY]
    values: list[Any] = [since, after[0], *after]
    for column, value in (
        ("device", question.device),
        ("domain", question.domain),
        ("proto", question.proto),
    ):
        if value:
            clauses.append(f"{column} = ?")
            values.append(value)
    if question.port is not None:
        clauses.append("resp_p = ?")
        values.append(question.port)
    if question.text:
        clauses.append(
            "(instr(lower(server_name), lower(?)) OR instr(domain, ?) OR orig_h = ? OR resp_h = ?"
            " OR uid = ? OR community_id = ?)"
        )
        values += [question.text] * 6
    query = f"SELECT {_COLUMNS} FROM flow WHERE {' AND '.join(clauses)} {_BACK} LIMIT ?"  # noqa: S608
    return [FLOW.record(row) for row in db.execute(query, (*values, limit))]


class Named(NamedTuple):
    """An observation and the device it is about."""

    device: str | None
    record: Observation


def names(
    db: sqlite3.Connection, device: str, before: float, limit: int = 100
) -> tuple[list[Named], float | None]:
    """Return what was read from packets before a time, newest first, and the time to go on before.

    None for that time when nothing older is kept.
    """
    query = "SELECT ts, body FROM observation WHERE ts < ? ORDER BY ts DESC LIMIT ?"
    found: list[Named] = []
    earliest: float | None = None
    for ts, body in db.execute(query, (before, MAX_PACKS)):
        earliest = ts
        records = [Named(about, record) for _, about, record in observations.unpack(body)]
        found += [one for one in records if one.record[0] < before and device in ("", one.device)]
        if len(found) >= limit:
            break
    found.sort(key=lambda one: -one.record[0])
    if len(found) > limit:
        return found[:limit], found[limit - 1].record[0]
    older = "SELECT 1 FROM observation WHERE ts < ? LIMIT 1"
    more = earliest is not None and db.execute(older, (earliest,)).fetchone() is not None
    return found, earliest if more else None
