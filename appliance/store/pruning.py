"""Taking old rows out of the store: each step is one transaction, short enough for a writer that waits.

The last row of a log always stays: a checkpoint names its place by row number, and SQLite gives the number of
the last row again once it is gone.
"""

from __future__ import annotations

import sqlite3
from typing import Final

from appliance.store.flowlog import Wanted

DAY_S: Final = 86_400
HOUR_S: Final = 3_600

STEP_PAGES: Final = 1_000
"""Pages given back to the file system in one step: 4 MB, a second on a slow card."""

SPARE: Final = 0.25
"""Share of empty pages that are left for the days to come: giving them back would only be written anew."""


def first_flow_ts(db: sqlite3.Connection) -> float | None:
    """Return the time of the oldest flow."""
    (ts,) = db.execute("SELECT min(ts) FROM flow").fetchone()
    return None if ts is None else float(ts)


def chunk_end(db: sqlite3.Connection, wanted: Wanted, most: int) -> float:
    """Return where a span of time ends that has at most about `most` flows: `wanted.until`, or earlier."""
    query = "SELECT ts FROM flow WHERE ts > ? AND ts < ? ORDER BY ts LIMIT 1 OFFSET ?"
    row = db.execute(query, (wanted.since, wanted.until, most)).fetchone()
    return wanted.until if row is None else float(row[0])


def last_row(db: sqlite3.Connection, wanted: Wanted) -> int:
    """Return the highest row number of the flows of a span of time, 0 where there are none."""
    query = "SELECT coalesce(max(rowid), 0) FROM flow INDEXED BY flow_by_ts WHERE ts >= ? AND ts < ?"
    (row,) = db.execute(query, (wanted.since, wanted.until)).fetchone()
    return int(row)


def may_go(db: sqlite3.Connection, wanted: Wanted, place: int) -> bool:
    """Say whether the flows of a span lie before the checkpoint's place and before the log's last row."""
    (end,) = db.execute("SELECT coalesce(max(rowid), 0) FROM flow").fetchone()
    return last_row(db, wanted) <= place and last_row(db, wanted) < end


def drop_flows(db: sqlite3.Connection, wanted: Wanted) -> int:
    """Delete the flows of a span of time; return how many there were."""
    return db.execute("DELETE FROM flow WHERE ts >= ? AND ts < ?", (wanted.since, wanted.until)).rowcount


def drop_observations(db: sqlite3.Connection, before: float, place: int) -> int:
    """Delete what was read from packets before a time; return how many rows there were."""
    return db.execute(
        "DELETE FROM observation WHERE until < ? AND rowid <= ?"
        " AND rowid < (SELECT max(rowid) FROM observation)",
        (before, place),
    ).rowcount


def drop_weirds(db: sqlite3.Connection, before: float) -> int:
    """Delete malformed packets' rows of before a time."""
    return db.execute("DELETE FROM weird WHERE ts < ?", (before,)).rowcount


def drop_sightings(db: sqlite3.Connection, before: float) -> int:
    """Delete the hourly sums of before a time; the daily ones stay."""
    return db.execute("DELETE FROM sighting WHERE hour < ?", (int(before // HOUR_S),)).rowcount


def size_bytes(db: sqlite3.Connection) -> int:
    """Return what the store's pages in use take."""
    pages, free, size = (
        db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)


def give_back(db: sqlite3.Connection, *, all_of_it: bool = False) -> int:
    """Give empty pages back to the file system where they are many; return how many bytes."""
    pages = db.execute("PRAGMA page_count").fetchone()[0]
    spare = 0 if all_of_it else int(pages * SPARE)
    size = db.execute("PRAGMA page_size").fetchone()[0]
    given = 0
    while (free := free_pages(db)) > spare:
        left = return_pages(db, min(STEP_PAGES, free - spare))
        if left >= free:  # a store of before this release does not give pages back; it uses them again
            break
        given += (free - left) * size
    return given


def free_pages(db: sqlite3.Connection) -> int:
    """Return how many pages of the store are empty."""
    return int(db.execute("PRAGMA freelist_count").fetchone()[0])


def return_pages(db: sqlite3.Connection, pages: int) -> int:
    """Give so many empty pages back to the file system, in one transaction; return how many are left.

    As a script: `execute` takes the first step of this statement, which is one page, and no more.
    """
    db.executescript(f"PRAGMA incremental_vacuum({pages})")
    return free_pages(db)


def settle(db: sqlite3.Connection) -> None:
    """Bring the write-ahead log into the store and empty it: what was deleted is in neither afterwards."""
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
