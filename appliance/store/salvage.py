"""A damaged store set aside, and what can be read of it brought into a new one in its place.

Cards wear out: pages come back torn, empty or with other bytes. SQLite notices most of it and refuses the
rows behind them; other bytes within a row it does not notice, so each row is read as its readers would. A
table whose rows have numbers is read piece by piece, others from both ends until a page refuses. The damaged
files are kept for whoever can do better.
"""

from __future__ import annotations

import itertools
import json
import os
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from appliance.store import observations, tables
from appliance.store.copies import in_order, renew
from appliance.store.database import (
    HASTY,
    StoreError,
    open_for_writing,
    refused,
    settle,
)
from sensor.records import Loss

BATCH: Final = 1_000
"""Rows written at a time."""

SYNC_BATCHES: Final = 20
"""Batches after which they are brought to the disk: 20,000 flows are about 6 MB, a second of a slow card."""

PIECE: Final = 4_096
"""Numbers of rows that are asked for at once: a page holds a few dozen."""

REFUSED: Final = (sqlite3.DatabaseError, UnicodeDecodeError)
"""How SQLite refuses a page, and Python a sentence or name of it that is no text any more."""

FILES: Final = ("", "-wal")
"""A store, and what of it was not yet brought into its main file."""

Row = dict[str, Any]


class Salvaged(NamedTuple):
    """What came of it."""

    aside: Path  # the damaged files are here
    rows: int  # that were saved
    unreadable: int  # rows that were there, but made no sense
    broken: tuple[str, ...]  # tables of which rows may be missing

    def __str__(self) -> str:
        """Return it as a sentence."""
        missing = f"; rows may be missing in: {', '.join(self.broken)}" if self.broken else ""
        unreadable = f"; {self.unreadable} rows made no sense" if self.unreadable else ""
        saved = f"the store was damaged: {self.rows} rows were saved"
        return f"{saved}{missing}{unreadable}; the damaged one is kept as {self.aside}"


def salvage(store: Path, now: float, progress: Callable[[], None] = lambda: None) -> Salvaged:
    """Put a new store with what can be read into the damaged one's place; `now` dates the copy that is kept.

    `progress` is called after each batch of rows: a year of them takes minutes on a card. A power cut leaves
    the damaged store there, or the new one. Raises StoreError when the disk refuses.
    """
    aside = store.with_name(f"{store.name}.damaged-{datetime.fromtimestamp(now, UTC):%Y%m%dT%H%M%S}")
    fresh = store.with_name(f"{store.name}.salvage")
    try:
        _unlink(fresh)
        with closing(open_for_writing(fresh, HASTY)) as new:
            found = _fill(new, store, aside, _in_steps(fresh, progress))
            settle(new, fresh)
        _put_in_place(store, fresh, aside)
    except OSError as error:
        raise StoreError(f"cannot save what is left of {store}: {error.strerror}; free some space") from error
    except sqlite3.Error as error:
        raise refused(fresh, error) from error
    return found


def _in_steps(fresh: Path, progress: Callable[[], None]) -> Callable[[], None]:
    """Return a `progress` that brings what was written to the disk from time to time.

    The kernel keeps what nobody waits for: at the end a slow card would have all of it to write at
    once, for longer than a watchdog waits.
    """
    batches = itertools.count(1)

    def step() -> None:
        if next(batches) % SYNC_BATCHES == 0:
            with fresh.open("rb") as file:
                os.fdatasync(file.fileno())
        progress()

    return step


def _put_in_place(store: Path, fresh: Path, aside: Path) -> None:
    for old in store.parent.glob(f"{store.name}.damaged-*"):
        old.unlink()  # one is kept: the former was saved from, too
    for suffix in FILES:
        part = store.with_name(store.name + suffix)
        if part.exists():
            os.link(part, aside.with_name(aside.name + suffix))
    # A log that is left behind would be taken for that of the new store.
    for suffix in ("-wal", "-shm"):
        store.with_name(store.name + suffix).unlink(missing_ok=True)
    os.replace(fresh, store)


def _unlink(fresh: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        fresh.with_name(fresh.name + suffix).unlink(missing_ok=True)


def _fill(new: sqlite3.Connection, store: Path, aside: Path, progress: Callable[[], None]) -> Salvaged:
    """Copy what can be read of a damaged store into a new one, which says that it was damaged."""
    rows = unreadable = 0
    broken: list[str] = []
    with closing(sqlite3.connect(f"{store.absolute().as_uri()}?mode=ro", uri=True)) as old:
        old.row_factory = sqlite3.Row
        for name in in_order(new):
            table = _Damaged(old, new, name)
            new.execute("BEGIN IMMEDIATE")
            new.execute(f'DELETE FROM "{name}"')  # noqa: S608 - a name of the schema
            for batch in table.batches():
                rows += max(0, new.executemany(table.insert, batch).rowcount)
                progress()
            new.execute("COMMIT")
            unreadable += table.unreadable
            broken += [name] if table.broken else []
    found = Salvaged(aside, rows, unreadable, tuple(broken))
    _tell(new, found)
    return found


def _tell(new: sqlite3.Connection, found: Salvaged) -> None:
    """Let the new record say that it is not whole, at the time of its last packet."""
    row = new.execute("SELECT value FROM meta WHERE key = 'last_ts'").fetchone()
    ts = float(json.loads(row[0]) or 0.0) if row else 0.0
    loss = Loss(ts, ts, "damaged_store", found.unreadable, str(found))
    new.execute("BEGIN IMMEDIATE")
    new.execute(tables.LOSS.insert, (*tables.LOSS.row(loss), None))
    renew(new)
    new.execute("COMMIT")


class _Damaged:
    """One table of a damaged store: its rows as far as they can be read, and what could not."""

    def __init__(self, old: sqlite3.Connection, new: sqlite3.Connection, name: str) -> None:
        self._old, self._name = old, name
        info = new.execute(f'PRAGMA table_info("{name}")').fetchall()
        self._columns = [row[1] for row in info]
        key = [row[1] for row in sorted(info, key=lambda row: row[5]) if row[5]]
        if not key:  # its rows are named by their numbers elsewhere: these stay
            self._columns = ["rowid", *self._columns]
            key = ["rowid"]
        kinds = {row[1]: str(row[2]).upper() for row in info}
        self._numbered = len(key) == 1 and kinds.get(key[0], "INTEGER") == "INTEGER"
        self._key = ", ".join(f'"{column}" {{0}}' for column in key)
        names = ", ".join(f'"{column}"' for column in self._columns)
        marks = ", ".join("?" * len(self._columns))
        self.insert = f'INSERT OR IGNORE INTO "{name}" ({names}) VALUES ({marks})'  # noqa: S608 - schema names
        self._select = f'SELECT {names} FROM "{name}"'  # noqa: S608
        self._check = CHECKS.get(name)
        self.broken, self.unreadable = False, 0

    def batches(self) -> Iterator[list[tuple[Any, ...]]]:
        """Yield the rows that make sense, some of them twice."""
        batch: list[tuple[Any, ...]] = []
        for row in self._rows():
            batch.append(row)
            if len(batch) == BATCH:
                yield batch
                batch = []
        yield batch

    def _rows(self) -> Iterator[tuple[Any, ...]]:
        ends = self._ends() if self._numbered else None
        if ends is not None:
            yield from self._between(*ends)
            return
        yield from self._until_it_breaks("ASC")
        if self.broken:
            yield from self._until_it_breaks("DESC")

    def _ends(self) -> tuple[int, int] | None:
        """Return the least and the largest number of a row; None where there is none to read."""
        try:
            found = [
                self._old.execute(f'SELECT {end}(rowid) FROM "{self._name}"').fetchone()[0]  # noqa: S608
                for end in ("min", "max")
            ]
        except REFUSED:
            return None
        return None if None in found else (found[0], found[1])

    def _between(self, low: int, high: int) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of these numbers. A piece that refuses is halved, until little is lost."""
        query = f"{self._select} WHERE rowid BETWEEN ? AND ? ORDER BY rowid"
        pieces = [(at, min(at + PIECE, high + 1)) for at in range(low, high + 1, PIECE)][::-1]
        while pieces:
            begin, end = pieces.pop()
            try:
                rows = self._old.execute(query, (begin, end - 1)).fetchall()
            except REFUSED:
                self.broken = True
                if end - begin > 1:
                    middle = (begin + end) // 2
                    pieces += [(middle, end), (begin, middle)]
                continue
            yield from (tuple(row) for row in rows if self._makes_sense(row))

    def _until_it_breaks(self, order: str) -> Iterator[tuple[Any, ...]]:
        try:
            for row in self._old.execute(f"{self._select} ORDER BY {self._key.format(order)}"):
                if self._makes_sense(row):
                    yield tuple(row)
        except REFUSED:  # a torn page, a text that is none, or no table of that name
            self.broken = True

    def _makes_sense(self, row: sqlite3.Row) -> bool:
        if self._check is None:
            return True
        try:
            self._check(dict(row))
        except (ValueError, TypeError, KeyError, LookupError, zlib.error):
            self.unreadable += 1
            return False
        return True


def _typed(table: tables.Table[Any]) -> Callable[[Row], object]:
    return lambda row: table.record(tuple(row[field] for field in table.record_type._fields))


CHECKS: Final[dict[str, Callable[[Row], object]]] = {
    **{table.name: _typed(table) for table in tables.TABLES},
    "meta": lambda row: json.loads(row["value"]),
    "state": lambda row: json.loads(zlib.decompress(row["body"])),
    "observation": lambda row: list(observations.unpack(row["body"])),
}
"""How the rows of a table are read by those who need them: what raises is not brought over."""
