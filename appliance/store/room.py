"""When the disk is full: a reserve is given up, then the oldest flows go. Evidence and all else stay.

Deleting, too, writes: the reserve is what it writes with. The pages of deleted flows are not given back to
the disk: the store fills them again, so that it goes on even if something else has filled the disk.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path
from typing import Final

from appliance.store import pruning
from appliance.store.flowlog import Wanted

RESERVE_BYTES: Final = 16_000_000
"""Enough to write STEP deleted flows to the log, with their indexes, twice over."""

STEP: Final = 10_000
"""Flows that go at once: about 4 MB, what a home writes in hours."""


SHORT_BYTES: Final = 5_000_000
"""With less free space the disk counts as full: what comes then takes the place of what is oldest."""


def is_short(store: Path) -> bool:
    """Return whether the disk of a store is full, for people to be told."""
    return shutil.disk_usage(store.parent).free < SHORT_BYTES


class Reserve:
    """A file beside the store that only takes room, until the room is needed."""

    def __init__(self, store: Path) -> None:
        self.path = store.with_name(store.name + ".reserve")

    def keep(self) -> bool:
        """Take the room; False where there is none."""
        if self.path.exists():
            return True
        try:
            with self.path.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, RESERVE_BYTES)
        except OSError:
            self.path.unlink(missing_ok=True)
            return False
        return True

    def release(self) -> None:
        """Give the room up."""
        self.path.unlink(missing_ok=True)


def make_room(db: sqlite3.Connection, reserve: Reserve, place: dict[str, int]) -> int:
    """Delete the oldest flows before a checkpoint's place; return how many went. Raises sqlite3.Error."""
    reserve.release()
    first = pruning.first_flow_ts(db)
    gone = 0
    if first is not None:
        wanted = Wanted(first, pruning.chunk_end(db, Wanted(first), STEP))
        if pruning.may_go(db, wanted, place.get("flow", 0)):
            gone = pruning.drop_flows(db, wanted)
            pruning.drop_observations(db, wanted.until, place.get("observation", 0))
    db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
    reserve.keep()
    return gone
