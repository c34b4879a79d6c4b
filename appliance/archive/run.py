"""One run of the archive: forget, move, drop what is past its time, keep within the disk, count the wear.

Meant for a short process of its own (tattlebox-archive.timer), beside the service that writes the store.
"""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final, NamedTuple

from appliance.archive import health, wear
from appliance.archive.erase import erase
from appliance.archive.folder import ArchiveError, folder_of, locked, remove_strangers, sync_folder
from appliance.archive.limits import MB, limits_of
from appliance.archive.move import move, transaction
from appliance.archive.parquet import Engine
from appliance.store import catalogue, chain, pruning
from appliance.store.database import StoreError, open_for_writing
from appliance.store.flowlog import Wanted
from appliance.store.pruning import DAY_S

LEAST_DAYS: Final = 2
"""Days of flows that stay in the store even when the disk is too small: what a page of today rests on."""

CARD: Final = "card"
"""Key of the kernel's last count of bytes written."""


class Report(NamedTuple):
    """What a run did, in numbers."""

    files: int = 0
    flows: int = 0
    archived_bytes: int = 0
    forgotten: int = 0  # flows of forgotten devices, out of archived files
    expired: int = 0  # rows and archived flows past their time
    squeezed: int = 0  # flows that went because the disk is small
    given_back_bytes: int = 0
    note: str = ""  # what a person should know; empty: nothing


def run(store: Path, progress: Callable[[str], None] = lambda _: None) -> Report:
    """Do all that is due. Raises ArchiveError or StoreError; what was done until then stays done."""
    if not store.exists():
        raise StoreError(f"no store at {store}: run `tattlebox run` first, or pass --store")
    folder = folder_of(store)
    try:
        with (
            locked(folder, alone=True),
            closing(open_for_writing(store)) as db,
            _noted(db),
            closing(Engine(folder)) as engine,
        ):
            return _Run(db, engine, folder, progress).all()
    except (sqlite3.Error, OSError) as error:
        raise ArchiveError(f"the archive of {store} stopped: {error}; nothing is lost, try again") from error


@contextmanager
def _noted(db: sqlite3.Connection) -> Iterator[None]:
    """Keep for the health page that a run began, and what stopped it: nobody reads a timer's log."""
    with transaction(db):
        health.note(db, time.time(), "")
    try:
        yield
    except (ArchiveError, sqlite3.Error, OSError) as error:
        with (
            suppress(sqlite3.Error),
            transaction(db),
        ):  # a disk that is full takes no note: every page says so
            health.note(db, time.time(), str(error))
        raise
    with transaction(db):
        health.forget(db)


class _Run:
    def __init__(
        self, db: sqlite3.Connection, engine: Engine, folder: Path, progress: Callable[[str], None]
    ) -> None:
        self._db, self._engine, self._folder, self._say = db, engine, folder, progress
        self._limits = limits_of(db)
        self._last_ts: float | None = catalogue.meta(db, "last_ts")
        self._place: dict[str, int] = (catalogue.meta(db, "checkpoint") or {}).get("place", {})

    def all(self) -> Report:
        """Do all that is due, each step safe to be cut off."""
        remove_strangers(self._folder, (file.name for file in catalogue.files(self._db)))
        self._count_wear()
        forgotten = erase(self._db, self._engine, self._folder)
        if self._last_ts is None or not self._place:
            return Report(forgotten=forgotten, note="the service has kept no checkpoint yet: nothing to move")
        chain.extend(self._db, chain.closed_before(self._last_ts))  # before anything of those days goes
        report = self._move(Report(forgotten=forgotten))
        report = report._replace(expired=self._expire())
        squeezed = self._squeeze()
        given = pruning.give_back(self._db, all_of_it=bool(squeezed or forgotten))
        pruning.settle(self._db)
        note = ""
        if self._too_much() > 0:
            note = f"the store is {self._too_much() // MB} MB over its budget and cannot be smaller: raise it"
        return report._replace(squeezed=squeezed, given_back_bytes=given, note=note)

    def _move(self, report: Report) -> Report:
        assert self._last_ts is not None  # noqa: S101 - checked by the caller
        if not self._limits.archive_days:
            return report
        before = self._last_ts - self._limits.flow_days * DAY_S
        for moved in move(self._db, self._engine, self._folder, before, self._place.get("flow", 0)):
            report = report._replace(
                files=report.files + moved.files,
                flows=report.flows + moved.flows,
                archived_bytes=report.archived_bytes + moved.size_bytes,
            )
            self._say(f"{report.flows} flows moved to {report.files} files")
        return report

    def _expire(self) -> int:
        assert self._last_ts is not None  # noqa: S101 - checked by the caller
        last, limits = self._last_ts, self._limits
        old = last - limits.flow_days * DAY_S
        with transaction(self._db):
            gone = pruning.drop_observations(self._db, old, self._place.get("observation", 0))
        with transaction(self._db):
            gone += pruning.drop_weirds(self._db, old)
            gone += pruning.drop_sightings(self._db, last - limits.sighting_days * DAY_S)
        if not limits.archive_days:
            gone += self._drop_days(old)
        for file in catalogue.files(self._db):
            if file.last_ts < last - max(limits.archive_days, limits.flow_days) * DAY_S:
                gone += self._drop_file(file)
        return gone

    def _squeeze(self) -> int:
        """Let the oldest flows go until the store and its archive are within the budget; return how many."""
        assert self._last_ts is not None  # noqa: S101 - checked by the caller
        gone = 0
        for file in catalogue.files(self._db):
            if self._too_much() <= 0:
                return gone
            gone += self._drop_file(file)
        newest = self._last_ts - LEAST_DAYS * DAY_S
        while self._too_much() > 0 and (first := pruning.first_flow_ts(self._db)) is not None:
            day_end = (int(first // DAY_S) + 1) * DAY_S
            dropped = self._drop_days(day_end) if day_end <= newest else 0
            if not dropped:
                break
            gone += dropped
            with transaction(self._db):
                pruning.drop_observations(self._db, day_end, self._place.get("observation", 0))
            pruning.give_back(self._db, all_of_it=True)
        return gone

    def _drop_days(self, before: float) -> int:
        """Delete the flows of whole days that ended before a time; return how many."""
        gone = 0
        while (first := pruning.first_flow_ts(self._db)) is not None:
            day_end = (int(first // DAY_S) + 1) * DAY_S
            wanted = Wanted(first, day_end)
            if day_end > before or not pruning.may_go(self._db, wanted, self._place.get("flow", 0)):
                break
            with transaction(self._db):
                gone += pruning.drop_flows(self._db, wanted)
        return gone

    def _drop_file(self, file: catalogue.ArchiveFile) -> int:
        with transaction(self._db):
            catalogue.drop_file(self._db, file.name)
        (self._folder / file.name).unlink(missing_ok=True)
        sync_folder(self._folder)
        return file.flows

    def _too_much(self) -> int:
        """Return by how many bytes the store and its archive are over what they may take; below 0: under."""
        archived = sum(file.size_bytes for file in catalogue.files(self._db))
        taken = pruning.size_bytes(self._db) + archived
        free = shutil.disk_usage(self._folder).free
        return max(taken - self._limits.budget_bytes, self._limits.keep_free_bytes - free)

    def _count_wear(self) -> None:
        now = wear.count(self._folder)
        if now is None or self._last_ts is None:
            return
        before = catalogue.meta(self._db, CARD)
        written = wear.since(wear.Count._make(before) if before else None, now)
        with transaction(self._db):
            catalogue.add_written(self._db, int(self._last_ts // DAY_S), written)
            catalogue.keep_meta(self._db, CARD, now)
