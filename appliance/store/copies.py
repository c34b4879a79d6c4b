"""A home's record as one plain file, and back: what a backup holds, and what an erasure leaves.

The running service notices by the store's `generation` that its record was replaced, and begins anew.
"""

from __future__ import annotations

import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from appliance.store.database import GENERATION, StoreError, open_for_writing

LEFT_OUT: Final = frozenset(
    {
        "flow", "pack", "observation", "weird", "archive_file", "erasure",  # the log: exports are for it
        "session", "known_browser",  # log in again
        "outbox", "delivery", "consumer",  # what was told is not told again
        "card_day",  # of the old card
    }
)  # fmt: skip
"""Tables that a backup leaves out; after it was restored they are empty."""

_FIRST_LAST: Final = {"alert": 0, "outbox": 2}  # alerts fill the outbox by a trigger; emptied after them


def snapshot(store: Path, target: Path) -> None:
    """Write what a backup holds of `store` to a new file. Raises StoreError."""
    with closing(open_for_writing(target)) as db, _attached(db, store):
        _copy(db, "other", "main", target)
        # The checkpoint's place is in logs that are not here; the sensor's queue goes on by itself.
        _change(db, "DELETE FROM meta WHERE key = 'sensor_position'", target)
        place = "UPDATE meta SET value = json_set(value, '$.place', json('{}')) WHERE key = 'checkpoint'"
        _change(db, place, target)
    with closing(open_for_writing(target)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        db.execute("PRAGMA journal_mode=DELETE").fetchall()


def replace(store: Path, source: Path) -> None:
    """Put the record of a snapshot in the place of the store's own, whole or not at all. Raises StoreError.

    `source` is another's file until proven: it is brought up to this release's schema, and refused when it
    holds anything but our tables.
    """
    _check(source, store)
    open_for_writing(source).close()
    with closing(open_for_writing(store)) as db, _attached(db, source):
        _copy(db, "other", "main", store, anew=True)
    _forget_pages(store)


def erase(store: Path, archive: Path) -> None:
    """Delete every row of every table, and the archive: nothing of the home stays. Raises StoreError."""
    with closing(open_for_writing(store)) as db:
        try:
            db.execute("BEGIN IMMEDIATE")
            for table in _tables(db):
                db.execute(f'DELETE FROM "{table}"')  # noqa: S608 - names of the schema
            renew(db)
            db.execute("COMMIT")
        except sqlite3.Error as error:
            raise StoreError(f"cannot erase {store}: {error}; nothing was erased, try again") from error
        finally:
            if db.in_transaction:
                db.execute("ROLLBACK")
    shutil.rmtree(archive, ignore_errors=True)
    _forget_pages(store)


def _copy(db: sqlite3.Connection, source: str, target: str, path: Path, *, anew: bool = False) -> None:
    """Empty every table of `target` and fill those that a backup holds from `source`, in one transaction."""
    try:
        db.execute("BEGIN IMMEDIATE")
        for table in in_order(db):
            db.execute(f'DELETE FROM {target}."{table}"')  # noqa: S608 - names of the schema
            if table not in LEFT_OUT:
                columns = ", ".join(f'"{row[1]}"' for row in db.execute(f'PRAGMA main.table_info("{table}")'))
                db.execute(
                    f'INSERT INTO {target}."{table}" ({columns}) SELECT {columns} FROM {source}."{table}"'  # noqa: S608
                )
        if anew:
            renew(db)
        db.execute("COMMIT")
    except sqlite3.Error as error:
        raise StoreError(f"cannot copy to {path}: {error}; free some space and try again") from error
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")


def in_order(db: sqlite3.Connection) -> list[str]:
    """Return the store's tables in the order in which they are emptied and filled again."""
    return sorted(_tables(db), key=lambda name: (_FIRST_LAST.get(name, 1), name))


def renew(db: sqlite3.Connection) -> None:
    """Let the record be another than it was, for whoever writes it."""
    db.execute("INSERT OR REPLACE INTO main.meta VALUES (?, ?)", (GENERATION, f'"{secrets.token_hex(8)}"'))


def _check(source: Path, store: Path) -> None:
    """Refuse a file that is no SQLite, is damaged, or carries a trigger or view that is not ours."""
    with closing(open_for_writing(store)) as ours:
        own = {row[0] for row in ours.execute(_PROGRAMS)}
    try:
        with closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as db:
            strange = [row[0] for row in db.execute(_PROGRAMS) if row[0] not in own]
            sound = db.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"
    except sqlite3.Error as error:
        raise StoreError(f"the backup holds no record of Tattlebox ({error}): choose another file") from error
    if strange or not sound:
        raise StoreError("the backup's record is damaged or not of Tattlebox: choose another file")


_PROGRAMS: Final = "SELECT sql FROM sqlite_master WHERE type IN ('trigger', 'view') ORDER BY name"


def _change(db: sqlite3.Connection, statement: str, path: Path) -> None:
    try:
        db.execute(statement)
    except sqlite3.Error as error:
        raise StoreError(f"cannot write {path}: {error}; free some space and try again") from error


def _tables(db: sqlite3.Connection) -> list[str]:
    query = (
        "SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    )
    return [row[0] for row in db.execute(query)]


@contextmanager
def _attached(db: sqlite3.Connection, other: Path) -> Iterator[None]:
    try:
        db.execute("ATTACH DATABASE ? AS other", (f"{other.absolute().as_uri()}?mode=ro",))
    except sqlite3.Error as error:
        raise StoreError(f"cannot read {other}: {error}") from error
    try:
        yield
    finally:
        db.execute("DETACH DATABASE other")


def _forget_pages(store: Path) -> None:
    """Rewrite the file without what was deleted, and empty the write-ahead log. Raises StoreError."""
    with closing(open_for_writing(store)) as db:
        try:
            db.execute("VACUUM")
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except sqlite3.Error as error:
            raise StoreError(
                f"it is deleted, but {store} could not be rewritten: {error}; free some space"
            ) from error
