"""Writing the store: facts are gathered and committed in batches, each batch whole or not at all."""

from __future__ import annotations

import heapq
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

from appliance.alerts.alert import Alert
from appliance.alerts.answers import Answer
from appliance.behaviour.facts import Change, Sighting
from appliance.devices.family import Word
from appliance.findings.finding import Finding
from appliance.flowrow import FlowRow
from appliance.store import tables
from appliance.store.answers import answers_after
from appliance.store.database import StoreError, open_for_writing
from appliance.store.family_words import words_after
from appliance.store.rollups import add_up_days
from sensor.records import FlowRecord, Loss, Record, from_json

MAX_WANTED: Final = 10_000
"""Flow uids that are kept as evidence when they pass: ten a change, a thousand open changes; oldest out."""

LOOK_BACK_S: Final = 15 * 86_400.0
"""How far back the flows of a change lie at most: a new party is confirmed within 14 days."""

_BY_TYPE: Final[dict[type[Any], tables.Table[Any]]] = {
    table.record_type: table for table in tables.TABLES if table is not tables.EVIDENCE_FLOW
}

Observed = tuple[float, str, str | None, str | None, str, int]
"""A row of the table of observations: ts, type, device, uid, JSON line, number of the record."""

LOGS: Final = ("flow", "observation", "loss")
"""Tables from which the records after a checkpoint are taken again."""

_ABOUT_DEVICES: Final = (
    "answer",
    "daily",
    "observation",
    "state",
    *(table.name for table in tables.TABLES if "device" in table.record_type._fields),
)


class Writer:
    """The one writer of a store. `add` gathers, `commit` writes; a crash loses what was not committed."""

    def __init__(self, path: Path) -> None:
        """Open or make the store at `path`. Raises StoreError."""
        self.path = path
        self._db = open_for_writing(path)
        self._pending: dict[type[Any], list[tables.Row]] = {}
        self._observations: list[Observed] = []
        self._evidence: list[FlowRow] = []
        self._erased: set[str] = set()
        self._wanted: dict[str, None] = {}
        self._look_back: dict[str, float] = {}
        self.pending = 0

    def add(self, fact: Any, seq: int = 0) -> None:
        """Gather one fact, of any type that has a table; `seq` is the number of the record it came from."""
        kind = type(fact)
        if kind is FlowRow:
            if fact.uid in self._wanted:
                self._evidence.append(fact)
        elif kind is Change or kind is Finding:
            self._want(fact)
        rows = self._pending.get(kind)
        if rows is None:
            rows = self._pending[kind] = []
        table = _BY_TYPE[kind]
        rows.append((*table.row(fact), seq) if table.numbered else table.row(fact))
        self.pending += 1

    def add_observation(self, row: Observed) -> None:
        """Gather one observation."""
        self._observations.append(row)
        self.pending += 1

    def commit(self, states: Iterable[tuple[str, str, Any]] = (), **meta: object) -> None:
        """Write what was gathered, the given (part, device, state) and meta values, in one transaction.

        Raises StoreError when the disk refuses (full, gone): then nothing of the batch is in the store, and
        all of it is still here for another try.
        """
        try:
            self._db.execute("BEGIN IMMEDIATE")
            self._write(states, meta)
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise StoreError(
                f"cannot write the store {self.path}: {error}; "
                "free some space, or choose another place with --store"
            ) from error
        for gathered in (self._pending, self._observations, self._evidence, self._look_back, self._erased):
            gathered.clear()
        self.pending = 0

    def states(self, part: str) -> dict[str, Any]:
        """Return what `commit` last kept of each device for this part of the core."""
        rows = self._db.execute("SELECT device, body FROM state WHERE part = ?", (part,))
        return {device: json.loads(body) for device, body in rows}

    def alerts(self) -> list[Alert]:
        """Return all alerts told so far."""
        return [tables.ALERT.record(row) for row in self._db.execute(tables.ALERT.select)]

    def meta(self, key: str) -> Any:
        """Return a meta value, None when it was never set."""
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else json.loads(row[0])

    def place(self) -> dict[str, int]:
        """Return where the tables that `records_after` reads end now."""
        ends = {}
        for table in LOGS:
            (end,) = self._db.execute(f"SELECT coalesce(max(rowid), 0) FROM {table}").fetchone()  # noqa: S608
            ends[table] = end
        return ends

    def records_after(self, place: dict[str, int]) -> Iterator[tuple[int, Record]]:
        """Yield the flows, observations and losses stored after `place`, each behind its number, in order."""
        fields = ", ".join(f'"{name}"' for name in FlowRecord._fields)
        columns = {"flow": fields, "observation": "body", "loss": "ts, until, kind, lost, detail"}
        make: dict[str, Callable[[Any], Record]] = {
            "flow": FlowRecord._make,
            "observation": lambda row: from_json(row[0]),
            "loss": Loss._make,
        }
        for seq, table, row in heapq.merge(*(self._log(table, columns[table], place) for table in LOGS)):
            yield seq, make[table](row)

    def _log(self, table: str, columns: str, place: dict[str, int]) -> Iterator[tuple[int, str, Any]]:
        query = f"SELECT seq, {columns} FROM {table} WHERE rowid > ? AND seq IS NOT NULL ORDER BY rowid"  # noqa: S608 - names only
        for seq, *row in self._db.execute(query, (place.get(table, 0),)):
            yield seq, table, row

    def forget(self, device: str) -> None:
        """Delete the rows of a device that is none any more: merged into another, or evicted."""
        for table in ("device", "party", "state"):
            self._db.execute(f"DELETE FROM {table} WHERE device = ?", (device,))  # noqa: S608 - names only

    def erase(self, device: str) -> None:
        """Let the next commit delete every row about a device that the family wants forgotten."""
        self._erased.add(device)

    def words(self, last: int) -> list[Word]:
        """Return what the family said after the word with this id."""
        return words_after(self._db, last)

    def answers(self, last: int) -> list[Answer]:
        """Return what the family said of alerts after the answer with this id."""
        return answers_after(self._db, last)

    def close(self) -> None:
        """Close the store; what was not committed is dropped."""
        self._db.close()

    def _want(self, fact: Change | Finding) -> None:
        for uid in fact.evidence:
            if uid not in self._wanted:
                self._wanted[uid] = None
                self._look_back[uid] = fact.ts if isinstance(fact, Change) else fact.last_ts
        for uid in list(islice(self._wanted, max(0, len(self._wanted) - MAX_WANTED))):
            del self._wanted[uid]

    def _write(self, states: Iterable[tuple[str, str, Any]], meta: dict[str, object]) -> None:
        for kind, rows in self._pending.items():
            self._db.executemany(_BY_TYPE[kind].insert, rows)
        add_up_days(self._db, self._pending.get(Sighting, ()))
        self._db.executemany("INSERT INTO observation VALUES (?, ?, ?, ?, ?, ?)", self._observations)
        self._db.executemany(tables.EVIDENCE_FLOW.insert, self._evidence)
        self._save_earlier_evidence()
        self._db.executemany(
            "INSERT OR REPLACE INTO state VALUES (?, ?, ?)",
            [(part, device, tables.to_text(body)) for part, device, body in states],
        )
        self._db.executemany(
            "INSERT OR REPLACE INTO meta VALUES (?, ?)",
            [(key, json.dumps(value)) for key, value in meta.items()],
        )
        for table in _ABOUT_DEVICES:
            statement = f"DELETE FROM {table} WHERE device = ?"  # noqa: S608 - names only
            self._db.executemany(statement, [(device,) for device in sorted(self._erased)])

    def _save_earlier_evidence(self) -> None:
        """Copy evidence flows that were logged before they were wanted, while the flow log still has them."""
        if not self._look_back:
            return
        since = min(self._look_back.values()) - LOOK_BACK_S
        marks = ", ".join("?" * len(self._look_back))
        self._db.execute(
            f"INSERT OR REPLACE INTO evidence_flow {tables.FLOW.select} WHERE ts >= ? AND uid IN ({marks})",
            (since, *self._look_back),
        )
