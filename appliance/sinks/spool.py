"""The sink's spool: batches on the disk, in order, each whole or not at all, within a bound."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final, NamedTuple

from appliance.store.database import StoreError

MAX_BYTES: Final = 32_000_000
"""Bytes spooled: about 400,000 points. Beyond it the cursor waits, and the store itself holds what comes."""


class SpoolError(StoreError):
    """The spool's disk refuses: says what, and what to do."""


class Spooled(NamedTuple):
    """One batch on the disk."""

    path: Path
    key: str  # the minutes it holds


class Spool:
    """The folder of one sink."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, since: int, until: int, lines: str) -> None:
        """Keep the lines of the minutes since <= m < until, for good; the same minutes again take their
        place. Raises SpoolError.
        """
        path = self.folder / f"{since:012}-{until:012}.lp"
        beside = path.with_suffix(".new")
        try:
            self.folder.mkdir(mode=0o700, exist_ok=True)
            with beside.open("w", encoding="utf-8") as file:
                file.write(lines)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
            folder = os.open(self.folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            raise SpoolError(f"cannot write {path}: {error.strerror}; free some space") from error

    def first(self) -> Spooled | None:
        """Return the oldest batch; None when all were sent."""
        paths = self._paths()
        return Spooled(paths[0], paths[0].stem) if paths else None

    def read(self, spooled: Spooled) -> str:
        """Return the lines of a batch. Raises SpoolError."""
        try:
            return spooled.path.read_text(encoding="utf-8")
        except OSError as error:
            raise SpoolError(f"cannot read {spooled.path}: {error.strerror}") from error

    def drop(self, spooled: Spooled) -> None:
        """Remove a batch."""
        spooled.path.unlink(missing_ok=True)

    def full(self) -> bool:
        """Return whether there is no room for more."""
        return sum(path.stat().st_size for path in self._paths()) >= MAX_BYTES

    def clear(self) -> None:
        """Remove all of it."""
        for path in self.folder.glob("*"):
            path.unlink(missing_ok=True)
        if self.folder.exists():
            self.folder.rmdir()

    def _paths(self) -> list[Path]:
        return sorted(self.folder.glob("*.lp"))
