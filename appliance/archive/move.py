"""Flows from the store to daily Parquet files: written, read back, compared, and only then dropped.

A file counts from the moment it stands in the store's catalogue: the transaction that drops its rows. A power
cut at any point leaves a flow in one place, and once. What was begun is removed by the next run.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from appliance.archive.compact import ARCHIVED
from appliance.archive.folder import PART, ArchiveError, take_name
from appliance.archive.parquet import Engine
from appliance.store import catalogue, pruning
from appliance.store.catalogue import ArchiveFile
from appliance.store.flowlog import TICKS, Wanted, lines, sums
from appliance.store.pruning import DAY_S

MAX_FLOWS: Final = 100_000
"""Flows of one file, more or less: dropping them is one transaction, for which the service waits (a second or
two on a slow card; it would give up after ten)."""


class Moved(NamedTuple):
    """What a run did."""

    files: int
    flows: int
    size_bytes: int


def move(db: sqlite3.Connection, engine: Engine, folder: Path, before: float, place: int) -> Iterator[Moved]:
    """Move whole UTC days that ended before a time, the oldest first; yield each file's figures.

    `place`: row number up to which the last checkpoint holds; later rows stay. Raises ArchiveError,
    sqlite3.Error; what was yielded stays done.
    """
    while (first := pruning.first_flow_ts(db)) is not None:
        day = int(first // DAY_S)
        if (day + 1) * DAY_S > before:
            return
        whole = Wanted(min(first, day * DAY_S), (day + 1) * DAY_S)
        wanted = whole._replace(until=pruning.chunk_end(db, whole, MAX_FLOWS))
        if not pruning.may_go(db, wanted, place):
            return
        yield _move_one(db, engine, folder, day, wanted)


def _move_one(db: sqlite3.Connection, engine: Engine, folder: Path, day: int, wanted: Wanted) -> Moved:
    path = _free_name(folder, day)
    part = path.with_name(path.name + PART)
    there = sums(db, wanted)
    engine.archive(lines(db, wanted, ARCHIVED), part)
    copied = engine.sums(part)
    if copied != there:
        part.unlink(missing_ok=True)
        raise ArchiveError(
            f"read back {copied} from {part}, expected {there}: nothing was dropped; try again"
        )
    size = part.stat().st_size
    take_name(part, path)
    with transaction(db):
        if sums(db, wanted) != there:  # a device was forgotten meanwhile: the next run copies what is left
            raise ArchiveError(f"flows of {path.stem} changed while they were copied; try again")
        file = ArchiveFile(path.name, day, there.first_us / TICKS, there.last_us / TICKS, there.flows, size)
        catalogue.keep_file(db, file)
        pruning.drop_flows(db, wanted)
    return Moved(1, there.flows, size)


def _free_name(folder: Path, day: int) -> Path:
    """Return a name for a further file of a day."""
    date = datetime.fromtimestamp(day * DAY_S, UTC).strftime("%Y-%m-%d")
    number = 1
    while (path := folder / f"flows-{date}-{number:03d}.parquet").exists():
        number += 1
    return path


class transaction:
    """All of what is done within, or nothing of it."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        self._db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: object, *_: object) -> None:
        self._db.execute("COMMIT" if kind is None else "ROLLBACK")
