"""Forgotten devices are taken out of archived files too: each file that holds one is written anew."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from appliance.archive.folder import PART, ArchiveError, take_name
from appliance.archive.move import transaction
from appliance.archive.parquet import Engine
from appliance.store import catalogue
from appliance.store.catalogue import ArchiveFile
from appliance.store.flowlog import Wanted


def erase(db: sqlite3.Connection, engine: Engine, folder: Path) -> int:
    """Take the flows of forgotten devices out of the archive; return how many went.

    Raises ArchiveError, sqlite3.Error: then the devices stay noted, and the next run goes on.
    """
    devices = catalogue.to_erase(db)
    if not devices:
        return 0
    gone = sum(_rewrite(db, engine, folder, file, devices) for file in catalogue.files(db))
    with transaction(db):
        catalogue.erased(db)
    return gone


def _rewrite(
    db: sqlite3.Connection, engine: Engine, folder: Path, file: ArchiveFile, devices: list[str]
) -> int:
    path = folder / file.name
    if not path.exists():
        return 0
    there = engine.count([path], Wanted())  # fewer than noted where a run was cut off just here
    leaving = engine.count([path], Wanted(devices=tuple(devices)))
    if leaving:
        part = path.with_name(path.name + PART)
        left = engine.rewrite_without(path, devices, part)
        if left != there - leaving:
            raise ArchiveError(f"read back {left} flows from {part}, expected {there - leaving}; try again")
        take_name(part, path)
    if there - leaving != file.flows:
        with transaction(db):
            catalogue.keep_file(db, file._replace(flows=there - leaving, size_bytes=path.stat().st_size))
    return leaving
