"""How the archive is, in a sentence for the health page: files, space, and what the card has to bear."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from appliance.archive.folder import folder_of
from appliance.archive.limits import MB, limits_of
from appliance.store import catalogue, pruning
from appliance.store.database import StoreError, open_for_reading
from appliance.store.deliveries import day_and_hour

WEAR_BYTES: Final = 200_000_000
"""Bytes a day that a card should bear for years: 73 GB a year, a few times its size."""

FAULT: Final = "archive_fault"
"""Key of a run that has not ended well: when, by the wall's clock, and why; "" while it may be at work."""

LONG_S: Final = 7_200.0
"""A run that began so long ago and said nothing since was ended by something else: a year takes minutes."""

USUAL_DAYS: Final = 7
"""Days whose mean is judged: one busy day wears nothing out."""


def health(store: Path) -> tuple[str, str]:
    """Return the state ("ok", "note", "bad") and what to know."""
    if not store.exists():
        return "note", "nothing to archive yet"
    try:
        with closing(open_for_reading(store)) as db:
            files, limits = catalogue.files(db), limits_of(db)
            taken = pruning.size_bytes(db) + sum(file.size_bytes for file in files)
            written = catalogue.written(db, USUAL_DAYS)
            fault = catalogue.meta(db, FAULT)
    except StoreError as error:
        return "bad", str(error)
    if problem := _problem(folder_of(store), files, fault):
        return "bad", problem
    text = f"{taken // MB} of {limits.budget_bytes // MB} MB used, {len(files)} archived files"
    if not written:
        return "note", f"{text}; bytes written a day were not measured yet: enable tattlebox-archive.timer"
    mean = sum(count for _, count in written) // len(written)
    text += f"; {mean // MB} MB a day written to the disk"
    return ("note", f"{text}: more than a card bears for years") if mean > WEAR_BYTES else ("ok", text)


def _problem(folder: Path, files: list[catalogue.ArchiveFile], fault: Any) -> str | None:
    """Return what is wrong with the files, seen from outside, or with the last run; None: nothing."""
    missing = [file.name for file in files if not (folder / file.name).exists()]
    if missing:
        return f"{len(missing)} archived files are gone, the first is {missing[0]}: restore a backup"
    other = [file.name for file in files if (folder / file.name).stat().st_size != file.size_bytes]
    if other:
        return (
            f"{len(other)} archived files are not as long as they were written, the first is {other[0]}:"
            " restore a backup"
        )
    if fault and fault["text"]:
        return f"since {day_and_hour(fault['ts'])}: {fault['text']}"
    if fault and time.time() - fault["ts"] > LONG_S:
        return f"a run began {day_and_hour(fault['ts'])} and did not end: is memory full?"
    return None


def note(db: sqlite3.Connection, now: float, text: str) -> None:
    """Keep that a run began ("") or why it stopped; of several that stopped the first counts."""
    before = catalogue.meta(db, FAULT)
    stopped = before and before["text"]
    if text or not stopped:
        catalogue.keep_meta(db, FAULT, {"ts": before["ts"] if stopped else now, "text": text})


def forget(db: sqlite3.Connection) -> None:
    """Keep that the last run ended well."""
    catalogue.keep_meta(db, FAULT, None)
