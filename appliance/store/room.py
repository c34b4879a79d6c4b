"""When the disk is full: a reserve is given up, then the oldest flows go. Evidence and all else stay.

Deleting, too, writes: the reserve is what it writes with. The pages of deleted flows are not given back to
the disk, or only few: the store fills them again, so that it goes on even if others have filled the disk.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path
from typing import Final

from appliance.store import pruning
from appliance.store.database import RESERVE_SUFFIX
from appliance.store.flowlog import Wanted

RESERVE_BYTES: Final = 16_000_000
"""Enough to write the largest batch, or some thousand deleted flows, to the write-ahead log."""

MARGIN_BYTES: Final = 500_000
"""Left free beside the reserve, so that the next commit is tried at all."""

WANTED_PAGES: Final = 2_000
"""Empty pages that the store shall have, 8 MB: what the largest batch takes. Flows go for what is missing."""

PIECE: Final = 2_500
"""Flows of one transaction: the log it takes is bounded by the room that the reserve gave."""

RETURNED_PAGES: Final = 512
"""Pages given back to the disk each time, 2 MB: more than the margin, or the reserve would shrink."""


SHORT_BYTES: Final = 5_000_000
"""With less free space the disk counts as full: what comes then takes the place of what is oldest."""


def is_short(store: Path) -> bool:
    """Return whether the disk of a store is full, for people to be told."""
    return shutil.disk_usage(store.parent).free < SHORT_BYTES


class Reserve:
    """A file beside the store that only takes room, until the room is needed."""

    def __init__(self, store: Path) -> None:
        self.path = store.with_name(store.name + RESERVE_SUFFIX)

    def held(self) -> int:
        """Return the bytes it takes."""
        return self.path.stat().st_size if self.path.exists() else 0

    def keep(self) -> None:
        """Take the room, as much as there is: without, the store would grow into what deleting needs."""
        held = self.held()
        wanted = min(RESERVE_BYTES, held + shutil.disk_usage(self.path.parent).free - MARGIN_BYTES)
        if wanted <= held:
            return
        try:
            with self.path.open("ab") as file:
                os.posix_fallocate(file.fileno(), 0, wanted)
        except OSError:  # somebody else was quicker; what there is of it serves, too
            return

    def release(self) -> None:
        """Give the room up."""
        self.path.unlink(missing_ok=True)


def hold(db: sqlite3.Connection, reserve: Reserve) -> None:
    """Keep the reserve after a commit. Where it is not whole, the write-ahead log must not grow: empty it."""
    if reserve.held() >= RESERVE_BYTES:
        return
    try:
        db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
    except sqlite3.OperationalError:
        return  # full again: the next commit is told so, and makes room
    reserve.keep()


def make_room(db: sqlite3.Connection, reserve: Reserve, place: dict[str, int]) -> int:
    """Delete the oldest flows before a checkpoint's place; return how many went. Raises sqlite3.Error.

    The reserve is kept again by the next commit, once that has the room it needs.
    """
    reserve.release()
    pruning.settle(db)  # the write-ahead log's own room
    gone = 0
    while pruning.free_pages(db) < WANTED_PAGES and (count := _drop_some(db, place)):
        pruning.settle(db)
        gone += count
    if gone:
        pruning.return_pages(db, RETURNED_PAGES)
        pruning.settle(db)
    return gone


def _drop_some(db: sqlite3.Connection, place: dict[str, int]) -> int:
    first = pruning.first_flow_ts(db)
    if first is None:
        return 0
    wanted = Wanted(first, pruning.chunk_end(db, Wanted(first), PIECE))
    if not pruning.may_go(db, wanted, place.get("flow", 0)):
        return 0
    gone = pruning.drop_flows(db, wanted)
    pruning.drop_observations(db, wanted.until, place.get("observation", 0))
    return gone
