"""What the archive keeps in the store: which files count, whom to erase from them, how the card wears."""

from __future__ import annotations

import json
import sqlite3
from typing import Any, NamedTuple


class ArchiveFile(NamedTuple):
    """One file of archived flows; each lies within one UTC day."""

    name: str  # within the archive's folder
    day: int  # ts // 86400
    first_ts: float
    last_ts: float
    flows: int
    size_bytes: int


def files(db: sqlite3.Connection) -> list[ArchiveFile]:
    """Return the files that count, the oldest first."""
    query = "SELECT name, day, first_ts, last_ts, flows, size_bytes FROM archive_file"
    return [ArchiveFile._make(row) for row in db.execute(f"{query} ORDER BY day, first_ts, name")]


def keep_file(db: sqlite3.Connection, file: ArchiveFile) -> None:
    """Enter a file, or what it has become."""
    db.execute("INSERT OR REPLACE INTO archive_file VALUES (?, ?, ?, ?, ?, ?)", file)


def drop_file(db: sqlite3.Connection, name: str) -> None:
    """Take a file out: from now on it does not count."""
    db.execute("DELETE FROM archive_file WHERE name = ?", (name,))


def to_erase(db: sqlite3.Connection) -> list[str]:
    """Return the devices that a family wants forgotten and that archived files may still hold."""
    said = [device for (device,) in db.execute("SELECT device FROM erasure ORDER BY device")]
    return sorted(also_known_as(db, said))


def also_known_as(db: sqlite3.Connection, devices: list[str]) -> set[str]:
    """Return the devices and every former id that the family merged into one of them."""
    known = set(devices)
    merges = db.execute("SELECT device, detail FROM word WHERE act = 'merge' ORDER BY id").fetchall()
    while more := {other for into, other in merges if into in known} - known:
        known |= more
    return known


def erased(db: sqlite3.Connection) -> None:
    """Note that no file holds any of them any more."""
    db.execute("DELETE FROM erasure")


def add_written(db: sqlite3.Connection, day: int, written_bytes: int) -> None:
    """Add to the bytes written on a UTC day."""
    db.execute(
        "INSERT INTO card_day VALUES (?, ?)"
        " ON CONFLICT (day) DO UPDATE SET written_bytes = written_bytes + excluded.written_bytes",
        (day, written_bytes),
    )


def written(db: sqlite3.Connection, days: int) -> list[tuple[int, int]]:
    """Return (day, bytes written) of the last days that were measured, newest first."""
    return db.execute("SELECT day, written_bytes FROM card_day ORDER BY day DESC LIMIT ?", (days,)).fetchall()


def meta(db: sqlite3.Connection, key: str) -> Any:
    """Return a value kept beside the tables, None when it was never set."""
    row = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return None if row is None else json.loads(row[0])


def keep_meta(db: sqlite3.Connection, key: str, value: Any) -> None:
    """Keep a value beside the tables."""
    db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, json.dumps(value)))
