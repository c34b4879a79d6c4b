"""Reading the store: every question of a page, a command or an export. Read-only, a few connections."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Sequence
from operator import attrgetter
from pathlib import Path
from typing import Any, Final, NamedTuple, Self, TypeVar

from appliance.alerts.alert import Alert
from appliance.behaviour.facts import Change, Sighting, Update
from appliance.declared.document import Claim, Document
from appliance.declared.seen import Destination
from appliance.devices.device import DeviceRecord
from appliance.findings.finding import Finding
from appliance.flowrow import FlowRow
from appliance.parties.party import PartyRecord
from appliance.store import listing, looking, observations, rollups, tables
from appliance.store.database import open_for_reading, place_of
from appliance.store.deliveries import Standing, standing
from appliance.store.looking import END, Key, Look, Named, Question
from sensor.records import Loss, to_json

T = TypeVar("T", bound=NamedTuple)

MAX_DESTINATIONS: Final = 1_000
"""Far ends of one device that are listed: a talkative one has a tenth of it."""

MAX_LOSSES: Final = 100
"""Losses listed for a page; the sum is over all."""


CONNECTIONS: Final = 4
"""Connections of one reader, shared by its threads: as many as a Pi has cores. One for each thread of the
dashboard took 0.7 MB each, for the schema alone."""

CACHE_KIB: Final = 256
"""SQLite's own cache of a connection; the system caches the file anyway."""


class Watch(NamedTuple):
    """What the store's record rests on: how long was watched, how much was seen, what was not."""

    first_ts: float | None  # None: nothing was ever seen
    last_ts: float | None
    flows: int
    packets: int
    weirds: int
    losses: list[Loss]  # newest first, at most MAX_LOSSES
    gap_s: float  # total length of losses that span time


class Reader:
    """Read-only view of a store; safe to share between threads."""

    def __init__(self, path: Path) -> None:
        """Open the store at `path`. Raises StoreError when there is none."""
        self.path = path
        self._lock = threading.Lock()
        self._place = place_of(path)
        self._open = {0: _opened(path)}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection; a question after that opens one again."""
        with self._lock:
            while self._open:
                self._open.popitem()[1].close()

    def version(self) -> tuple[object, ...]:
        """Return what differs after every commit to the store: its place, and size and time of its files."""
        states = []
        for path in (self.path, self.path.with_name(f"{self.path.name}-wal")):
            try:
                found = path.stat()
            except FileNotFoundError:
                continue
            states += [found.st_size, found.st_mtime_ns]
        return (str(self.path), *states)

    def devices(self) -> list[DeviceRecord]:
        """Return all devices, the first seen first."""
        return self._all(tables.DEVICE, "ORDER BY first_ts, device")

    def device(self, device: str) -> DeviceRecord | None:
        """Return one device."""
        return self._one(tables.DEVICE, "WHERE device = ?", device)

    def parties(self, device: str | None = None) -> list[PartyRecord]:
        """Return who a device (or every device) dealt with, most contacts first."""
        where = "WHERE device = :d OR :d IS NULL ORDER BY contacts DESC, device, domain"
        return self._all(tables.PARTY, where, {"d": device})

    def updates(self, device: str | None = None) -> list[Update]:
        """Return software updates, newest first."""
        return self._all(
            tables.UPDATE, "WHERE device = :d OR :d IS NULL ORDER BY ts DESC, device", {"d": device}
        )

    def changes(
        self, device: str | None = None, since: float | None = None, limit: int = 200
    ) -> list[Change]:
        """Return changes, newest first."""
        where = "WHERE (device = :d OR :d IS NULL) AND ts >= :since ORDER BY ts DESC, id LIMIT :n"
        return self._all(tables.CHANGE, where, {"d": device, "since": since or 0.0, "n": limit})

    def change(self, change: str) -> Change | None:
        """Return one change."""
        return self._one(tables.CHANGE, "WHERE id = ?", change)

    def alerts(self, device: str | None = None, volume: str | None = None, limit: int = 200) -> list[Alert]:
        """Return alerts, newest first."""
        where = (
            "WHERE (device = :d OR :d IS NULL) AND (volume = :v OR :v IS NULL)"
            " ORDER BY ts DESC, identifier LIMIT :n"
        )
        return self._all(tables.ALERT, where, {"d": device, "v": volume, "n": limit})

    def alert(self, identifier: str) -> Alert | None:
        """Return one alert."""
        return self._one(tables.ALERT, "WHERE identifier = ?", identifier)

    def findings(self, device: str | None = None) -> list[Finding]:
        """Return findings, the gravest first."""
        where = "WHERE device = :d OR :d IS NULL ORDER BY severity DESC, last_ts DESC, device, code, domain"
        return self._all(tables.FINDING, where, {"d": device})

    def documents(self, device: str) -> list[Document]:
        """Return every version of what its maker declares of a device, the oldest first."""
        return self._all(tables.DOCUMENT, "WHERE device = ? ORDER BY id", (device,))

    def claims(self, device: str) -> list[Claim]:
        """Return what was read from all documents of a device, struck claims included, in their order."""
        return self._all(tables.CLAIM, "WHERE device = ? ORDER BY document, number", (device,))

    def destinations(self, device: str) -> list[Destination]:
        """Return the far ends that a device met, as the flow log has them, the most met first."""
        rows = self._db.execute(
            "SELECT server_name, max(resp_h), proto, resp_p, count(*), min(ts), max(ts + duration_s), domain"
            " FROM flow WHERE device = ? AND part = 0 AND resp_bytes + orig_bytes > 0"
            " GROUP BY server_name, CASE WHEN server_name IS NULL THEN resp_h END, proto, resp_p"
            " ORDER BY count(*) DESC, resp_p LIMIT ?",
            (device, MAX_DESTINATIONS),
        )
        return [Destination._make(row) for row in rows]

    def sightings(self, device: str, since_hour: int, until_hour: int) -> list[Sighting]:
        """Return the hourly rollup of a device for since_hour <= hour < until_hour, in order."""
        where = "WHERE device = ? AND hour >= ? AND hour < ? ORDER BY hour, domain"
        return self._all(tables.SIGHTING, where, (device, since_hour, until_hour))

    def sums(
        self, spans: Sequence[rollups.Span], device: str | None = None, domain: str | None = None
    ) -> list[rollups.Sum]:
        """Return what each device (or one) exchanged with each party (or one) within each span of hours."""
        return rollups.sums(self._db, spans, device, domain)

    def sent(self, spans: Sequence[rollups.Span], device: str | None = None) -> dict[str, list[int]]:
        """Return for each device (or one) the bytes it sent within each span of hours."""
        return rollups.sent(self._db, spans, device)

    def day_sums(self, since_day: int, until_day: int) -> list[rollups.Sum]:
        """Return what each device exchanged with each party on some UTC days (ts // 86400)."""
        return rollups.days(self._db, since_day, until_day)

    def daily(self, device: str, since_day: int, until_day: int) -> list[rollups.Sum]:
        """Return what a device exchanged with each party on each UTC day; `span` of a sum is its day."""
        return rollups.by_day(self._db, device, since_day, until_day)

    def flows(self, uids: Sequence[str]) -> list[FlowRow]:
        """Return the flows kept as evidence that have these uids, in time order."""
        marks = ", ".join("?" * len(uids))
        return self._all(tables.EVIDENCE_FLOW, f"WHERE uid IN ({marks}) ORDER BY ts, part", tuple(uids))

    def observations(self, uids: Sequence[str]) -> list[dict[str, Any]]:
        """Return what was read from these flows, as the objects of their JSON lines, in time order."""
        found = sorted(observations.of_flows(self._db, uids), key=attrgetter("ts"))
        return [json.loads(to_json(record)) for record in found]

    def listed(self, of: listing.Listing, wanted: listing.Wanted) -> list[Any]:
        """Return one page of a listing."""
        return listing.page(self._db, of, wanted)

    def look(self, question: Question, after: Key = END, limit: int = 100) -> Look:
        """Return flows of the log before a key, newest first: one bounded look (looking.py)."""
        return looking.look(self._db, question, after, limit)

    def names(self, device: str, before: float, limit: int = 100) -> tuple[list[Named], float | None]:
        """Return what was read from packets before a time, newest first, and the time to go on before."""
        return looking.names(self._db, device, before, limit)

    def deliveries(self, now: float) -> list[Standing]:
        """Return how every notification channel and sink stands, each in a sentence."""
        return standing(self._db.execute, now)

    def learning(self) -> dict[str, list[str]]:
        """Return what each device's baseline still misses, in words; nothing for those that are complete."""
        found: dict[str, list[str]] = self.meta("learning", {})
        return found

    def losses(self, since: float, until: float) -> list[Loss]:
        """Return what was not seen between two times, in order."""
        where = "WHERE until >= ? AND ts < ? ORDER BY ts, until, kind"
        return self._all(tables.LOSS, where, (since, until))

    def watch(self) -> Watch:
        """Return what was watched and what was lost."""
        (gap_s,) = self._db.execute("SELECT coalesce(sum(until - ts), 0) FROM loss").fetchone()
        losses = self._all(tables.LOSS, "ORDER BY ts DESC, kind LIMIT ?", (MAX_LOSSES,))
        totals = self.meta("totals", {})
        return Watch(
            self.meta("first_ts", None),
            self.meta("last_ts", None),
            totals.get("flows", 0),
            totals.get("packets", 0),
            totals.get("weirds", 0),
            losses,
            gap_s,
        )

    @property
    def _db(self) -> sqlite3.Connection:
        lane = threading.get_native_id() % CONNECTIONS
        with self._lock:
            place = place_of(self.path)
            if place not in (self._place, 0):  # another file took the store's place (salvage.py)
                self._place = place
                self._open.clear()  # whoever still reads there keeps it open
            if lane not in self._open:
                self._open[lane] = _opened(self.path)
            return self._open[lane]

    def _all(self, table: tables.Table[T], where: str, values: Any = ()) -> list[T]:
        return [table.record(row) for row in self._db.execute(f"{table.select} {where}", values)]

    def _one(self, table: tables.Table[T], where: str, key: str) -> T | None:
        return next(iter(self._all(table, where, (key,))), None)

    def meta(self, key: str, default: Any = None) -> Any:
        """Return a value kept beside the tables (`origin`, `totals`, …), `default` when never set."""
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return default if row is None else json.loads(row[0])


def _opened(path: Path) -> sqlite3.Connection:
    db = open_for_reading(path)
    db.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
    return db
