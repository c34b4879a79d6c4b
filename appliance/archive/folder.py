"""The archive's folder beside the store: its lock, and getting rid of what was begun and never finished."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from appliance.store.database import StoreError

LOCK: Final = "lock"
PART: Final = ".part"


class ArchiveError(StoreError):
    """The archive cannot be used: says what was read, what was expected, what to do."""


def folder_of(store: Path) -> Path:
    """Return the folder of a store's archive."""
    return store.with_name(store.stem + "-archive")


@contextmanager
def locked(folder: Path, *, alone: bool) -> Iterator[None]:
    """Hold the folder: `alone` to change it, else beside other readers. Raises ArchiveError."""
    try:
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    except OSError as error:
        raise ArchiveError(f"cannot use the archive's folder {folder}: {error.strerror}") from error
    try:
        fcntl.flock(handle, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        other = "an export or another archive run" if alone else "the archive"
        raise ArchiveError(f"{other} is at work in {folder}; try again in a minute") from None
    finally:
        os.close(handle)


def remove_strangers(folder: Path, known: Iterable[str]) -> int:
    """Remove what a run that was cut off has left: parts, files that never came to count. Say how many."""
    kept = {LOCK, *known}
    removed = 0
    for path in folder.iterdir():
        if path.name not in kept and (path.name.endswith(".parquet") or PART in path.suffixes):
            path.unlink(missing_ok=True)
            removed += 1
    return removed


def take_name(part: Path, name: Path) -> None:
    """Give a finished file its name, for good even if the power fails now."""
    part.replace(name)
    sync_folder(name.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
