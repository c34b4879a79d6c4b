"""Flows that changes and findings rest on: copied beside the flow log, which is kept for a shorter time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from itertools import islice
from typing import Final

from appliance.behaviour.facts import Change
from appliance.findings.finding import Finding
from appliance.flowrow import FlowRow
from appliance.store.tables import EVIDENCE_FLOW, FLOW, Row

MAX_WANTED: Final = 10_000
"""Flow uids that are kept as evidence when they pass: ten a change, a thousand open changes; oldest out."""

LOOK_BACK_S: Final = 15 * 86_400.0
"""How far back the flows of a change lie at most: a new party is confirmed within 14 days."""

RECENT: Final = 65_536
"""Latest rows of the flow log whose place is remembered, 15 MB: a busy home's hours. What a finding rests on
lies there or is still to come; only for an older change is the whole log looked through."""

_COPY: Final = f"INSERT OR REPLACE INTO evidence_flow {FLOW.select} WHERE ts "


class EvidenceFlows:
    """Which flows are wanted, and where those lie that were logged before they were."""

    def __init__(self) -> None:
        self._wanted: dict[str, None] = {}
        self._passing: list[FlowRow] = []
        self._look_back: dict[str, float] = {}  # uid → the latest time it can have; inf: in the recent rows
        self._recent: dict[str, tuple[float, ...]] | None = None  # uid → ts of its rows; None: not read yet

    def want(self, fact: Change | Finding) -> None:
        """Keep the flows of a fact, those that passed and those to come."""
        for uid in fact.evidence:
            if uid not in self._wanted:
                self._wanted[uid] = None
                self._look_back[uid] = fact.ts if isinstance(fact, Change) else float("inf")
        for uid in list(islice(self._wanted, max(0, len(self._wanted) - MAX_WANTED))):
            del self._wanted[uid]

    def see(self, flow: FlowRow) -> None:
        """Keep a flow that passes, if it is wanted."""
        if flow.uid in self._wanted:
            self._passing.append(flow)

    def save(self, db: sqlite3.Connection, logged: Iterable[Row]) -> None:
        """Copy what is wanted: of what passed, and of the log, to which `logged` has just been added."""
        db.executemany(EVIDENCE_FLOW.insert, self._passing)
        recent = self._recent
        if recent is None:
            recent = self._recent = {}
            _note(recent, _latest(db))
        else:
            _note(recent, ((flow[0], flow[2]) for flow in logged))
        if not self._look_back:
            return
        found = [(ts, uid) for uid in self._look_back for ts in recent.get(uid, ())]
        db.executemany(f"{_COPY} = ? AND uid = ?", found)
        older = {uid: ts for uid, ts in self._look_back.items() if uid not in recent and ts < float("inf")}
        if older and len(recent) >= RECENT:
            marks = ", ".join("?" * len(older))
            db.execute(f"{_COPY} >= ? AND uid IN ({marks})", (min(older.values()) - LOOK_BACK_S, *older))

    def clear(self) -> None:
        """Let go of what `save` has copied, once that is committed."""
        self._passing.clear()
        self._look_back.clear()


def _note(recent: dict[str, tuple[float, ...]], rows: Iterable[tuple[float, str]]) -> None:
    for ts, uid in rows:
        before = recent.get(uid)
        recent[uid] = (ts,) if before is None else (*before, ts)
    for uid in list(islice(recent, max(0, len(recent) - RECENT))):
        del recent[uid]


def _latest(db: sqlite3.Connection) -> Iterable[tuple[float, str]]:
    """Return (ts, uid) of the last rows of the flow log, in order."""
    return db.execute("SELECT ts, uid FROM flow ORDER BY rowid DESC LIMIT ?", (RECENT,)).fetchall()[::-1]
