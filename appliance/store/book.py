"""A store opened for small writes beside a running service: settings, people, sessions, tokens.

One connection behind a lock, whatever number of threads: these tables are small, and a connection a thread
would cost memory.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from appliance.store.database import StoreError, open_for_writing, place_of

CACHE_KIB: Final = 512
"""SQLite's own cache: the tables written here are small, and the dashboard's memory is bounded."""


class Book:
    """An open store; safe to share between threads."""

    def __init__(self, path: Path) -> None:
        """Open the store at `path`, made where absent. Raises StoreError."""
        self.path = path
        self._lock = threading.RLock()
        self._open()

    def close(self) -> None:
        """Close the store."""
        self._db.close()

    def _open(self) -> None:
        self._place = place_of(self.path)
        self._db = open_for_writing(self.path)
        self._db.execute(f"PRAGMA cache_size=-{CACHE_KIB}")

    def _follow(self) -> None:
        """Open the store anew where another file took its place (salvage.py)."""
        if place_of(self.path) not in (self._place, 0) and not self._db.in_transaction:
            self._db.close()
            self._open()

    def read(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a query. Raises StoreError."""
        with self._lock:
            self._follow()
            try:
                return self._db.execute(query, values).fetchall()
            except sqlite3.Error as error:
                raise StoreError(f"cannot read {self.path}: {error}; try again in a moment") from error

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give the connection within one transaction: all of it is kept, or nothing. Raises StoreError."""
        with self._lock:
            self._follow()
            try:
                self._db.execute("BEGIN IMMEDIATE")
                yield self._db
                self._db.execute("COMMIT")
            except sqlite3.Error as error:
                raise StoreError(
                    f"cannot write {self.path}: {error}; free some space and try again"
                ) from error
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
