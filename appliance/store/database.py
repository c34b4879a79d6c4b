"""Opening the database: SQLite in WAL mode, brought up to date by numbered migrations."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib import resources
from pathlib import Path
from typing import Final

from appliance.store.observations import packed

GENERATION: Final = "generation"
"""Key in `meta` of a random text that changes when the whole record is erased or restored."""

FULL_BYTES: Final = 1_000_000
"""With less free space than this, an error of the disk means that it is full."""

RESERVE_SUFFIX: Final = ".reserve"
"""What the name of a store's reserve (room.py) has behind the store's."""

AMPLE_BYTES: Final = 100_000_000
"""With more free space than this a disk is not full, whatever a store that may be damaged says."""

BUSY_TIMEOUT_S: Final = 10.0
"""How long a writer waits for another before it gives up; checkpoints of a slow card take seconds."""


class StoreError(Exception):
    """The database cannot be used: says what was read, what was expected, what to do."""


class StoreFullError(StoreError):
    """The disk has no room for what was to be written: it may have some later."""


class DamagedStoreError(StoreError):
    """Pages of the store cannot be read: what can has to be brought into a new one (salvage.py)."""


DURABLE: Final = ("journal_mode=WAL", "synchronous=FULL")
"""What is committed survives a power cut; the price is paid once per batch."""

LOG_PAGES: Final = 4_000
"""Pages of the write-ahead log, 16 MB, before they are brought into the store: a page that changes with every
commit is written there once for all of them. With SQLite's own 1,000 a day cost a tenth more."""

HASTY: Final = ("journal_mode=MEMORY", "synchronous=OFF")
"""For a store that is made anew beside the place it will take: each page is written once, nothing is waited
for. After a power cut it is thrown away; `settle` makes it durable at the end."""


class StoreReplacedError(StoreError):
    """The record was erased or restored while it was written: what the writer knows is of another record."""


def is_damaged(error: Exception) -> bool:
    """Say whether an error of SQLite means that pages of the store are not what was written there."""
    if isinstance(error, UnicodeDecodeError):  # of a name in the schema, or of SQLite's own sentence on it
        return True
    name: str = getattr(error, "sqlite_errorname", "")
    return name.startswith("SQLITE_CORRUPT") or "Could not decode to UTF-8" in str(error)


def refused(path: Path, error: sqlite3.Error) -> StoreError:
    """Return what a write that failed means: a full disk, which may pass, or worse."""
    if is_damaged(error):
        return explained(path, error)
    full = error.sqlite_errorname == "SQLITE_FULL" if hasattr(error, "sqlite_errorname") else False
    if full and shutil.disk_usage(path.parent).free > AMPLE_BYTES and not sound(path):
        return DamagedStoreError(f"the store {path} is damaged: its pages are counted wrongly")
    full = full or shutil.disk_usage(path.parent).free < FULL_BYTES
    text = f"cannot write the store {path}: {error}; free some space, or choose another place with --store"
    return (StoreFullError if full else StoreError)(text)


def deflated(text: str) -> bytes:
    """Return a text as a state is kept: a fifth of its size, which a card has to bear four times an hour."""
    return zlib.compress(text.encode())


def generation(db: sqlite3.Connection) -> str:
    """Return what tells one record in a store from another that took its place."""
    row = db.execute("SELECT value FROM meta WHERE key = ?", (GENERATION,)).fetchone()
    return "" if row is None else str(row[0])


def open_for_writing(path: Path, mode: tuple[str, ...] = DURABLE) -> sqlite3.Connection:
    """Return a connection to the database at `path`, made and migrated where needed. Raises StoreError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"cannot make the folder {path.parent}: {error.strerror}; choose another place"
        ) from error
    connection = _connect(f"{path.absolute().as_uri()}?mode=rwc", path)
    try:
        for pragma in (
            "auto_vacuum=INCREMENTAL",
            *mode,
            f"wal_autocheckpoint={LOG_PAGES}",
            "secure_delete=ON",
            "cache_size=-16000",
        ):
            connection.execute(f"PRAGMA {pragma}").fetchall()
        connection.create_function("packed", 3, packed, deterministic=True)  # these two for migrations
        connection.create_function("deflated", 1, deflated, deterministic=True)
        _migrate(connection, path)
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        connection.close()
        raise explained(path, error) from error
    return connection


def settle(connection: sqlite3.Connection, path: Path) -> None:
    """Make a store that was written in haste like any other: on the disk for good, readable while written."""
    for pragma in DURABLE:
        connection.execute(f"PRAGMA {pragma}").fetchall()
    with path.open("rb") as file:
        os.fsync(file.fileno())


def open_for_reading(path: Path) -> sqlite3.Connection:
    """Return a read-only connection. Raises StoreError when there is no database of this release."""
    if not path.exists():
        raise StoreError(
            f"no store at {path}: run `tattlebox replay` or `tattlebox run` first, or pass --store"
        )
    connection = _connect(f"{path.absolute().as_uri()}?mode=ro", path)
    try:
        version = _version(connection)
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        connection.close()
        raise explained(path, error) from error
    if version != len(migrations()):
        connection.close()
        raise StoreError(
            f"the store {path} has schema {version}, this release expects {len(migrations())}: "
            "run the `tattlebox` command that writes it once, or use the release that wrote it"
        )
    return connection


def sound(store: Path) -> bool:
    """Say whether every page of the store can be read. Raises StoreError when it is no store."""
    try:
        with closing(open_for_reading(store)) as db:
            return bool(db.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
    except DamagedStoreError:
        return False
    except sqlite3.DatabaseError as error:
        if is_damaged(error):
            return False
        raise explained(store, error) from error


def origin(path: Path) -> str | None:
    """Return who wrote the store ("live", "replay"), whatever its schema; None when it does not say.

    Raises StoreError when the file is no store.
    """
    with closing(_connect(f"{path.absolute().as_uri()}?mode=ro", path)) as connection:
        try:
            row = connection.execute("SELECT value FROM meta WHERE key = 'origin'").fetchone()
        except sqlite3.DatabaseError as error:
            raise explained(path, error) from error
    return None if row is None else str(json.loads(row[0]))


def is_recorded(path: Path) -> bool:
    """Return whether the store is that of a replay: no service is at work on it. Raises StoreError."""
    return origin(path) == "replay"


def migrations() -> list[tuple[str, str]]:
    """Return (file name, SQL) of each migration, in order."""
    folder = resources.files("appliance.store") / "migrations"
    files = sorted(
        (item for item in folder.iterdir() if item.name.endswith(".sql")), key=lambda item: item.name
    )
    return [(item.name, item.read_text(encoding="utf-8")) for item in files]


def _connect(uri: str, path: Path) -> sqlite3.Connection:
    try:
        return sqlite3.connect(
            uri, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
    except sqlite3.OperationalError as error:
        raise explained(path, error) from error


def _version(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    scripts = migrations()
    version = _version(connection)
    if version > len(scripts):
        raise StoreError(
            f"the store {path} was written by a newer release (schema {version}): update Tattlebox"
        )
    for number, (_, script) in enumerate(scripts[version:], version + 1):
        connection.executescript(f"BEGIN IMMEDIATE; {script}; PRAGMA user_version = {number}; COMMIT;")


def explained(path: Path, error: sqlite3.Error | UnicodeDecodeError) -> StoreError:
    """Return what an error of reading the store means, and what to do."""
    lost_head = getattr(error, "sqlite_errorname", "") == "SQLITE_NOTADB"
    if is_damaged(error) or (lost_head and _is_ours(path)):
        return DamagedStoreError(
            f"the store {path} is damaged ({error}): `tattlebox repair` saves what can be read of it, "
            "`tattlebox restore` brings back a backup"
        )
    if isinstance(error, sqlite3.OperationalError):
        return StoreError(
            f"cannot open the store {path}: {error}; check the folder's permissions and free space"
        )
    return StoreError(f"{path} is not a Tattlebox store ({error}): choose another file with --store")


def _is_ours(path: Path) -> bool:
    """Say whether a file that SQLite does not know was a store: its reserve (room.py) lies beside it."""
    return path.with_name(f"{path.name}{RESERVE_SUFFIX}").exists()


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Take a row that cannot be read for one that the card gave back otherwise. Raises StoreError."""
    try:
        yield
    except sqlite3.Error as error:
        raise explained(path, error) from error
    except (ValueError, TypeError, LookupError, zlib.error) as error:
        raise DamagedStoreError(
            f"the store {path} is damaged: a row of it makes no sense ({error})"
        ) from error


def place_of(path: Path) -> int:
    """Return what tells the file at `path` from another that took its place; 0 where there is none."""
    try:
        return path.stat().st_ino
    except OSError:
        return 0
