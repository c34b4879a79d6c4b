"""The chain of days: what a dossier rests on is hashed day by day, so that a later change shows.

Each device has a chain of its own: to forget one deletes its chain and leaves every other whole, and a
dossier of one device tells nothing of the others. A link covers one UTC day that is over:

- `daily`, `flow` (of the home: `loss`): how many rows the day has, and the SHA-256 of their canonical JSON;
- `facts`: of changes, findings, alerts, updates, parties and the device's identity those that are new or have
  changed since the link before, each with the SHA-256 of its row. Such facts grow (a finding counts), so the
  last link that names one speaks of it;
- the digest of the link before.

What is deleted by its time or for want of room leaves its links: they still show what was there.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from appliance.flowrow import FlowRow
from appliance.store import catalogue, flowlog
from appliance.store.flowlog import TICKS, Wanted
from appliance.store.pruning import DAY_S

HOME: Final = ""
"""The chain of the home itself."""

GRACE_S: Final = 3_600.0
"""A day is over so long after its end: flows are reported within minutes of their last packet."""

_FACTS: Final = (
    ("change", "id", "ts", "*"),
    ("finding", "code || '|' || domain", "first_ts", "*"),
    ("alert", "identifier", "ts", "*"),
    ("software_update", "printf('%.6f', ts)", "ts", "*"),
    (
        "party",
        "domain",
        "first_ts",
        "device, domain, organisation, role, purpose, organisation_country, server_countries, first_ts,"
        " encrypted, outcome, reason",
    ),
    ("device", "device", "first_ts", "device, name, macs, vendor, category, model, first_ts"),
)
"""Tables of facts: the name of a row, when it began, and its columns that do not change with every packet."""

Flows = Callable[[Wanted], Iterable[Sequence[FlowRow]]]
"""Where flows are read: the store alone, or with its archive."""


class Link(NamedTuple):
    """One day of one chain."""

    device: str  # HOME for the home itself
    day: int  # ts // 86400
    digest: str  # SHA-256, hexadecimal, of device, day, previous and body
    previous: str  # digest of the link before; empty for the first
    body: str  # canonical JSON, as above


class Check(NamedTuple):
    """What a chain says of the rows that are there now."""

    links: int
    first_day: int | None
    last_day: int | None
    head: str  # digest of the last link; empty without one
    broken: tuple[int, ...]  # days whose link does not follow from the one before: the chain was changed
    changed: tuple[tuple[int, str], ...]  # (day, table) whose rows are not those that were hashed
    gone: tuple[tuple[int, str], ...]  # (day, table) whose rows are not kept any more
    pending: int  # facts that are new or have grown since the last link

    @property
    def holds(self) -> bool:
        """Whether nothing was changed."""
        return not self.broken and not self.changed


def canonical(value: Any) -> str:
    """Return a value as JSON text that is the same wherever it is made."""
    return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"))


def digest_of(device: str, day: int, previous: str, body: str) -> str:
    """Return the digest of a link."""
    return hashlib.sha256(canonical([device, day, previous, body]).encode()).hexdigest()


def closed_before(last_ts: float, *, ended: bool = False) -> int:
    """Return the first day that is not over at `last_ts`; of a recording that `ended`, no day is open."""
    return int(last_ts // DAY_S) + 1 if ended else int((last_ts - GRACE_S) // DAY_S)


def links(db: sqlite3.Connection, device: str) -> list[Link]:
    """Return the chain of a device, the first day first."""
    query = "SELECT device, day, digest, previous, body FROM chain WHERE device = ? ORDER BY day"
    return [Link._make(row) for row in db.execute(query, (device,))]


def extend(db: sqlite3.Connection, until_day: int, devices: Sequence[str] | None = None) -> int:
    """Add the links of days that are over, of all chains or some; return how many. One transaction a day.

    What is read is read outside of it: a writer waits for the moment of the insert alone.
    """
    wanted = [HOME, *_devices(db)] if devices is None else devices
    chains = {device: _Chain(db, device) for device in wanted}
    added = 0
    for day in _days(db, chains.values(), until_day):
        due = [chain for chain in chains.values() if chain.next_day <= day]
        flows = _flow_digests(flowlog_of(db), day, tuple(chain.device for chain in due if chain.device))
        new = [link for chain in due if (link := chain.link(day, flows.get(chain.device)))]
        with db:
            db.execute("BEGIN IMMEDIATE")
            db.executemany("INSERT OR IGNORE INTO chain VALUES (?, ?, ?, ?, ?)", new)
        added += len(new)
    return added


def _days(db: sqlite3.Connection, chains: Iterable[_Chain], until_day: int) -> list[int]:
    """Return the days before `until_day`, of which no chain has a link yet, on which anything happened."""
    first = min((chain.next_day for chain in chains), default=until_day)
    if first >= until_day:
        return []
    found = {day for (day,) in db.execute("SELECT DISTINCT day FROM daily WHERE day >= ?", (first,))}
    for earliest in ("SELECT min(ts) FROM flow WHERE ts >= ?", "SELECT min(ts) FROM loss WHERE ts >= ?"):
        edge: float = first * DAY_S
        while (ts := db.execute(earliest, (edge,)).fetchone()[0]) is not None:
            found.add(int(ts // DAY_S))
            edge = (ts // DAY_S + 1) * DAY_S
    found.update(max(first, day) for chain in chains for day in chain.fact_days())
    return sorted(day for day in found if first <= day < until_day)


def check(db: sqlite3.Connection, device: str, flows: Flows) -> Check:
    """Return whether a chain follows from itself, and whether the rows of its days are those it hashed."""
    found = links(db, device)
    broken, changed, gone = list[int](), list[tuple[int, str]](), list[tuple[int, str]]()
    last: dict[tuple[str, str], tuple[int, str]] = {}
    previous = ""
    for link in found:
        if link.previous != previous or link.digest != digest_of(device, link.day, previous, link.body):
            broken.append(link.day)
        previous = link.digest
        body = json.loads(link.body)
        for table, now in _rows(db, device, link.day, flows).items():
            then = tuple(body.get(table, _NONE))
            if then != now:
                (gone if now == _NONE else changed).append((link.day, table))
        for table, key, digest in body["facts"]:
            last[table, key] = (link.day, digest)
    facts = {(table, key): digest for table, key, _, digest in _facts(db, device)}
    missing = [(day, table) for (table, key), (day, _) in last.items() if (table, key) not in facts]
    pending = sum(1 for key, digest in facts.items() if last.get(key, (0, ""))[1] != digest)
    return Check(
        len(found),
        found[0].day if found else None,
        found[-1].day if found else None,
        previous,
        tuple(broken),
        tuple(changed),
        tuple(gone + missing),
        pending,
    )


def flowlog_of(db: sqlite3.Connection) -> Flows:
    """Return the flows of the store alone, without its archive."""
    return lambda wanted: flowlog.flows(db, wanted)


_NONE: Final = (0, hashlib.sha256(b"").hexdigest())


class _Chain:
    """One chain while it grows."""

    def __init__(self, db: sqlite3.Connection, device: str) -> None:
        self._db, self.device = db, device
        known = links(db, device)
        self._previous = known[-1].digest if known else ""
        self.next_day = known[-1].day + 1 if known else _first_day(db, device)
        self._named: dict[tuple[str, str], str] = {
            (table, key): digest for link in known for table, key, digest in json.loads(link.body)["facts"]
        }
        self._new = [fact for fact in _facts(db, device) if self._named.get(fact[:2]) != fact[3]]

    def fact_days(self) -> set[int]:
        """Return the days on which a fact that no link names yet began."""
        return {begun for _, _, begun, _ in self._new}

    def link(self, day: int, flow: tuple[int, str] | None) -> Link | None:
        """Return the link of a day, None where nothing happened on it."""
        facts = sorted([table, key, digest] for table, key, begun, digest in self._new if begun <= day)
        self._new = [fact for fact in self._new if fact[2] > day]
        rows = _sums(self._db, self.device, day)
        if self.device != HOME:
            rows["flow"] = flow or _NONE
        self.next_day = day + 1
        if not facts and all(count == 0 for count, _ in rows.values()):
            return None
        body = canonical({**rows, "facts": facts})
        link = Link(self.device, day, digest_of(self.device, day, self._previous, body), self._previous, body)
        self._previous = link.digest
        return link


def _rows(db: sqlite3.Connection, device: str, day: int, flows: Flows) -> dict[str, tuple[int, str]]:
    """Return number and digest of the rows that a day of a device has now."""
    rows = _sums(db, device, day)
    if device != HOME:
        rows["flow"] = _flow_digests(flows, day, (device,)).get(device, _NONE)
    return rows


def _sums(db: sqlite3.Connection, device: str, day: int) -> dict[str, tuple[int, str]]:
    if device == HOME:
        columns = "ts, until, kind, lost, detail"
        query = f"SELECT {columns} FROM loss WHERE ts >= ? AND ts < ? ORDER BY {columns}"  # noqa: S608
        return {"loss": _digest(db.execute(query, (day * DAY_S, (day + 1) * DAY_S)))}
    query = "SELECT * FROM daily WHERE device = ? AND day = ? ORDER BY domain"
    return {"daily": _digest(db.execute(query, (device, day)))}


def _flow_digests(flows: Flows, day: int, devices: tuple[str, ...]) -> dict[str, tuple[int, str]]:
    """Return number and digest of the flows of each device on a day."""
    if not devices:
        return {}
    found: dict[str, tuple[int, Any]] = {}
    for page in flows(Wanted(day * DAY_S, (day + 1) * DAY_S, devices)):
        for flow in page:
            count, digest = found.get(flow.device or "", (0, None))
            digest = digest or hashlib.sha256()
            digest.update(flow_line(flow))
            found[flow.device or ""] = (count + 1, digest)
    return {device: (count, digest.hexdigest()) for device, (count, digest) in found.items()}


def flow_line(flow: FlowRow) -> bytes:
    """Return a flow as the line that is hashed: times in microseconds, as store and archive agree on them."""
    return _encode((round(flow[0] * TICKS), round(flow[1] * TICKS), *flow[2:])) + b"\n"


_encode: Final = msgspec.json.Encoder().encode
"""JSON in UTF-8: a year of a chatty device has a million flows, and the standard library's is slow."""


def _facts(db: sqlite3.Connection, device: str) -> Iterator[tuple[str, str, int, str]]:
    """Yield (table, name of the row, day it began, digest) of every fact about a device."""
    if device == HOME:
        return
    for table, key, begun, columns in _FACTS:
        query = f"SELECT {key}, {begun}, {columns} FROM {table} WHERE device = ?"  # noqa: S608 - names only
        for name, ts, *row in db.execute(query, (device,)):
            yield table, str(name), int(ts // DAY_S), hashlib.sha256(canonical(row).encode()).hexdigest()


def _digest(rows: Iterable[Sequence[Any]]) -> tuple[int, str]:
    count, digest = 0, hashlib.sha256()
    for row in rows:
        digest.update((canonical(list(row)) + "\n").encode())
        count += 1
    return count, digest.hexdigest()


def _devices(db: sqlite3.Connection) -> list[str]:
    return [device for (device,) in db.execute("SELECT device FROM device ORDER BY device")]


def _first_day(db: sqlite3.Connection, device: str) -> int:
    """Return where a chain begins: on the device's first day, but behind what was archived without one."""
    query = "SELECT min(ts) FROM loss" if device == HOME else "SELECT first_ts FROM device WHERE device = ?"
    row = db.execute(query, () if device == HOME else (device,)).fetchone()
    archived = max((file.day for file in catalogue.files(db)), default=-1)
    first = int(row[0] // DAY_S) if row and row[0] is not None else int(_NEVER)
    return max(first, archived + 1)


_NEVER: Final = 1 << 40
"""No day: the chain of what never happened does not begin."""
