"""Writing the store: facts are gathered and committed in batches, each batch whole or not at all."""

from __future__ import annotations

import heapq
import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from appliance.alerts.alert import Alert
from appliance.alerts.answers import Answer
from appliance.behaviour.facts import Change, Sighting
from appliance.declared.document import SUPPORT_END, Claim
from appliance.devices.device import DeviceRecord
from appliance.devices.family import FORGET, Word
from appliance.findings.finding import Finding
from appliance.flowrow import FlowRow
from appliance.parties.party import PartyRecord
from appliance.store import observations, tables
from appliance.store.answers import answers_after
from appliance.store.database import (
    DURABLE,
    StoreError,
    StoreReplacedError,
    deflated,
    generation,
    open_for_writing,
    reading,
    refused,
    settle,
)
from appliance.store.evidence import EvidenceFlows
from appliance.store.family_words import words_after
from appliance.store.nearby import heard_after
from appliance.store.rollups import add_up_days
from appliance.store.room import Reserve, hold, make_room
from sensor.records import FlowRecord, Loss, Nearby, Record

_BY_TYPE: Final[dict[type[Any], tables.Table[Any]]] = {
    table.record_type: table for table in tables.TABLES if table is not tables.EVIDENCE_FLOW
}


LOGS: Final = ("flow", "observation", "loss")
"""Tables from which the records after a checkpoint are taken again."""

_SAID: Final = ("word", "answer", "note", "document", "claim", "heard")
"""What the family said or gave, which outlives a replay that is made anew."""

_ABOUT_DEVICES: Final = (
    "answer",
    "chain",
    "daily",
    "heard",
    "note",
    "outbox",
    "policy",
    "recording",
    "sink_tag",
    "state",
    *(table.name for table in tables.TABLES if "device" in table.record_type._fields),
)


class Writer:
    """The one writer of a store. `add` gathers, `commit` writes; a crash loses what was not committed."""

    def __init__(self, path: Path, mode: tuple[str, ...] = DURABLE) -> None:
        """Open or make the store at `path`. Raises StoreError."""
        self.path = path
        self._db = open_for_writing(path, mode)
        self._generation = generation(self._db)
        self._pending: dict[type[Any], list[tables.Row]] = {}
        self._flows: list[tables.Row] = []
        self._observations: list[observations.Observed] = []
        self._evidence = EvidenceFlows()
        self._erased: set[str] = set()
        self._gone: set[str] = set()
        self._outnumbered: set[tuple[str, str]] = set()
        self._reserve = Reserve(path)
        self.pending = 0

    def add(self, fact: Any, seq: int = 0) -> None:
        """Gather one fact, of any type that has a table; `seq` is the number of the record it came from."""
        kind = type(fact)
        if kind is FlowRow:
            self.add_flow(fact, seq)
            return
        if kind is Change or kind is Finding:
            self._evidence.want(fact)
        table = _BY_TYPE[kind]
        rows = self._pending.setdefault(kind, [])
        rows.append((*table.row(fact), seq) if table.numbered else table.row(fact))
        self.pending += 1

    def add_flow(self, flow: FlowRow, seq: int) -> None:
        """Gather one flow: what there is most of."""
        self._evidence.see(flow)
        self._flows.append((*flow, seq))
        self.pending += 1

    def add_observation(self, observed: observations.Observed) -> None:
        """Gather one observation."""
        self._observations.append(observed)
        self.pending += 1

    def commit(self, states: Iterable[tuple[str, str, Any]] = (), **meta: object) -> None:
        """Write what was gathered, the given (part, device, state) and meta values, in one transaction.

        Raises StoreError when the disk refuses (full, gone): then nothing of the batch is in the store, and
        all of it is still here for another try.
        """
        try:
            self._db.execute("BEGIN IMMEDIATE")
            if generation(self._db) != self._generation:
                raise StoreReplacedError(f"the record in {self.path} was erased or restored: beginning anew")
            self._write(states, meta)
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            raise refused(self.path, error) from error
        finally:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
        hold(self._db, self._reserve)
        gathered_sets = (
            self._pending,
            self._flows,
            self._observations,
            self._evidence,
            self._erased,
            self._gone,
            self._outnumbered,
        )
        for gathered in gathered_sets:
            gathered.clear()
        self.pending = 0

    def states(self, part: str) -> dict[str, Any]:
        """Return what `commit` last kept of each device for this part of the core."""
        with reading(self.path):
            rows = self._db.execute("SELECT device, body FROM state WHERE part = ?", (part,))
            return {device: json.loads(zlib.decompress(body)) for device, body in rows}

    def alerts(self) -> list[Alert]:
        """Return all alerts told so far."""
        with reading(self.path):
            return [tables.ALERT.record(row) for row in self._db.execute(tables.ALERT.select)]

    def meta(self, key: str) -> Any:
        """Return a meta value, None when it was never set."""
        with reading(self.path):
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
        flows = ((seq, FlowRecord._make(row)) for seq, *row in self._log("flow", FlowRecord, place))
        losses = ((seq, Loss._make(row)) for seq, *row in self._log("loss", Loss, place))
        packs = self._db.execute(
            "SELECT body FROM observation WHERE rowid > ? AND seq IS NOT NULL ORDER BY rowid",
            (place.get("observation", 0),),
        )
        observed = ((seq, record) for (body,) in packs for seq, _, record in observations.unpack(body))
        in_order: Iterator[tuple[int, Record]] = heapq.merge(flows, losses, observed, key=itemgetter(0))
        with reading(self.path):
            yield from in_order

    def _log(self, table: str, record_type: type[Any], place: dict[str, int]) -> sqlite3.Cursor:
        columns = ", ".join(f'"{name}"' for name in record_type._fields)
        query = f"SELECT seq, {columns} FROM {table} WHERE rowid > ? AND seq IS NOT NULL ORDER BY rowid"  # noqa: S608 - names only
        return self._db.execute(query, (place.get(table, 0),))

    def forget(self, device: str) -> None:
        """Let the next commit delete the rows of a device that is none any more: merged, or evicted."""
        self._gone.add(device)
        for kind in (DeviceRecord, PartyRecord):  # of a commit that the disk refused
            if kind in self._pending:
                self._pending[kind] = [row for row in self._pending[kind] if row[0] != device]

    def forget_party(self, device: str, domain: str) -> None:
        """Let the next commit delete a party that behaviour had to forget: the device has too many."""
        self._outnumbered.add((device, domain))

    def make_room(self) -> int:
        """Let the oldest flows go, on a disk that is full; return how many went. Evidence is not touched."""
        place = (self.meta("checkpoint") or {}).get("place", {})
        try:
            return make_room(self._db, self._reserve, place)
        except sqlite3.Error:
            return 0  # the next try has the reserve that this one gave up

    def erase(self, device: str) -> None:
        """Let the next commit delete every row about a device that the family wants forgotten."""
        self._erased.add(device)

    def said(self) -> tuple[int, ...]:
        """Return the numbers of the latest word, answer and look near by: others than before mean news."""
        return tuple(
            self._db.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0]  # noqa: S608 - names only
            for table in ("word", "answer", "heard")
        )

    def words(self, last: int) -> list[Word]:
        """Return what the family said after the word with this id."""
        return words_after(self._db, last)

    def stated_ends(self) -> list[Claim]:
        """Return what the makers' documents say of the end of support."""
        query = f"{tables.CLAIM.select} WHERE topic = ? ORDER BY document, number"
        with reading(self.path):
            return [tables.CLAIM.record(row) for row in self._db.execute(query, (SUPPORT_END,))]

    def keep_words(self, former: Path) -> None:
        """Take over what the family said from a store that this one replaces, but for what to forget.

        Raises StoreError when the former store cannot be read.
        """
        try:
            self._db.execute("ATTACH DATABASE ? AS former", (str(former),))
            for table in _SAID:  # an older release knows fewer columns, or no such table
                columns = self._columns("main", table) & self._columns("former", table)
                names = ", ".join(sorted(columns))
                if names:
                    wanted = "act <> ?" if "act" in columns else "? <> ''"
                    said = f"SELECT {names} FROM former.{table} WHERE {wanted}"  # noqa: S608 - names only
                    self._db.execute(f"INSERT INTO main.{table} ({names}) {said}", (FORGET,))
            self._db.execute("DETACH DATABASE former")
        except sqlite3.Error as error:
            raise StoreError(f"cannot read {former}: {error}; choose another place with --store") from error

    def _columns(self, schema: str, table: str) -> set[str]:
        return {name for _, name, *_ in self._db.execute(f"PRAGMA {schema}.table_info({table})")}

    def heard(self, last: int) -> tuple[int, dict[str, list[Nearby]]]:
        """Return what looks for toys near by heard, of each toy of which something is new (`heard_after`)."""
        return heard_after(self._db, last)

    def answers(self, last: int) -> list[Answer]:
        """Return what the family said of alerts after the answer with this id."""
        return answers_after(self._db, last)

    def settle(self) -> None:
        """Make a store that was written in haste durable. Raises StoreError."""
        try:
            settle(self._db, self.path)
        except (sqlite3.Error, OSError) as error:
            raise StoreError(f"cannot finish the store {self.path}: {error}; free some space") from error

    def close(self) -> None:
        """Close the store; what was not committed is dropped."""
        self._db.close()

    def _write(self, states: Iterable[tuple[str, str, Any]], meta: dict[str, object]) -> None:
        for table in ("device", "party", "state"):
            statement = f"DELETE FROM {table} WHERE device = ?"  # noqa: S608 - names only
            self._db.executemany(statement, [(device,) for device in sorted(self._gone)])
        self._db.executemany("DELETE FROM party WHERE device = ? AND domain = ?", sorted(self._outnumbered))
        for kind, rows in self._pending.items():
            self._db.executemany(_BY_TYPE[kind].insert, rows)
        add_up_days(self._db, self._pending.get(Sighting, ()))
        self._db.executemany(
            "INSERT INTO observation VALUES (?, ?, ?, ?)", observations.rows(self._observations)
        )
        self._db.executemany(tables.FLOW.insert, self._flows)
        self._evidence.save(self._db, self._flows)
        self._db.executemany(
            "INSERT INTO state VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body"
            " WHERE body <> excluded.body",  # the same again touches no page
            [(part, device, deflated(tables.to_text(body))) for part, device, body in states],
        )
        self._db.executemany(
            "INSERT OR REPLACE INTO meta VALUES (?, ?)",
            [(key, json.dumps(value)) for key, value in meta.items()],
        )
        for table in _ABOUT_DEVICES:
            statement = f"DELETE FROM {table} WHERE device = ?"  # noqa: S608 - names only
            self._db.executemany(statement, [(device,) for device in sorted(self._erased)])
        observations.erase(self._db, self._erased)
        self._db.executemany(
            "INSERT OR IGNORE INTO erasure VALUES (?)", [(device,) for device in sorted(self._erased)]
        )
