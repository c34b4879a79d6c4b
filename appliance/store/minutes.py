"""What devices exchanged with parties, minute by minute, out of the flow log: for a sink."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import Final, NamedTuple

from appliance.store.book import Book

MAX_TAGS: Final = 2_000
"""Pairs of device and party that one sink ever gets tags for; a household of 40 devices has a few hundred.
What comes later counts as "other": a device that invents names cannot fill a database with series."""

MINUTE_S: Final = 60


class Exchange(NamedTuple):
    """One flow of the log, as far as a sink sees it."""

    minute: int
    device: str
    domain: str
    bytes_up: int
    bytes_down: int


class Minutes:
    """The flow log as minutes. Raises StoreError."""

    def __init__(self, book: Book) -> None:
        self.book = book

    def last_ts(self) -> float:
        """Return the home's own time: of its last packet; 0.0 before the first."""
        rows = self.book.read("SELECT value FROM meta WHERE key = 'last_ts'")
        return float(json.loads(rows[0][0]) or 0.0) if rows else 0.0

    def is_recording(self) -> bool:
        """Return whether the store holds a replay: nothing will be added to its last minutes."""
        return self.book.read("SELECT value FROM meta WHERE key = 'origin'") == [('"replay"',)]

    def next(self, minute: int) -> int | None:
        """Return the first minute from this one on in which a flow began; None when there is none."""
        rows = self.book.read("SELECT min(ts) FROM flow WHERE ts >= ?", float(minute * MINUTE_S))
        return None if rows[0][0] is None else int(rows[0][0] // MINUTE_S)

    def archived_until(self) -> int:
        """Return the minute up to which the flow log was moved to the archive."""
        (last,) = self.book.read("SELECT max(last_ts) FROM archive_file")[0]
        return 0 if last is None else int(last // MINUTE_S) + 1

    def exchanges(self, since: int, until: int) -> Iterator[Exchange]:
        """Yield the flows that began in the minutes since <= m < until and are a known device's."""
        macs = self._macs()
        rows = self.book.read(
            "SELECT ts, device, domain, orig_mac, orig_h, orig_ip_bytes, resp_ip_bytes FROM flow"
            " WHERE ts >= ? AND ts < ? AND device IS NOT NULL AND domain IS NOT NULL ORDER BY ts",
            float(since * MINUTE_S),
            float(until * MINUTE_S),
        )
        for ts, device, domain, mac, address, orig_bytes, resp_bytes in rows:
            own = macs.get(device, frozenset())
            outward = not own or mac in own or address in own
            up, down = (orig_bytes, resp_bytes) if outward else (resp_bytes, orig_bytes)
            yield Exchange(int(ts // MINUTE_S), device, domain, up, down)

    def names(self) -> dict[str, str]:
        """Return the names of devices by their ids."""
        return dict(self.book.read("SELECT device, name FROM device"))

    def parties(self) -> dict[tuple[str, str], tuple[str | None, str]]:
        """Return (organisation, outcome) by (device, domain)."""
        rows = self.book.read("SELECT device, domain, organisation, outcome FROM party")
        return {(device, domain): (organisation, outcome) for device, domain, organisation, outcome in rows}

    def tags(self, consumer: str) -> set[tuple[str, str]]:
        """Return the pairs of (device, party tag) that a sink has used."""
        return set(self.book.read("SELECT device, party FROM sink_tag WHERE consumer = ?", consumer))

    def add_tags(self, consumer: str, tags: set[tuple[str, str]]) -> None:
        """Remember new pairs for good."""
        with self.book.writing() as db:
            _insert(db, consumer, tags)

    def _macs(self) -> dict[str, frozenset[str]]:
        rows = self.book.read("SELECT device, macs, addresses FROM device")
        return {device: frozenset((*json.loads(macs), *json.loads(found))) for device, macs, found in rows}


def _insert(db: sqlite3.Connection, consumer: str, tags: set[tuple[str, str]]) -> None:
    db.executemany(
        "INSERT OR IGNORE INTO sink_tag VALUES (?, ?, ?)", [(consumer, *tag) for tag in sorted(tags)]
    )
