"""Recordings of a device's packets: what was asked for, what came of it. The packets lie beside the store."""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

from appliance.store.book import Book

MOST_MINUTES: Final = 60
MOST_BYTES: Final = 100_000_000
"""Of one recording: a television fills it in a few minutes, and it ends there."""

MOST: Final = 20
"""Recordings kept at once: 2 GB at most, beyond the budget of the record."""

KEPT_S: Final = 7 * 86_400.0
"""A recording is deleted by itself after so long."""

_SELECT: Final = "SELECT id, device, begun, until, ended, size_bytes, dropped FROM recording ORDER BY id"


class RecordingError(Exception):
    """What was asked cannot be: one sentence for a page or a terminal."""


class Recording(NamedTuple):
    """One recording. Times are those of the clock on the wall."""

    id: int
    device: str
    begun: float
    until: float  # when it ends by itself
    ended: float | None  # when it did; None: not yet
    size_bytes: int
    dropped: int  # packets that are missing


class Recordings:
    """The recordings of one home."""

    def __init__(self, book: Book) -> None:
        self.book = book

    def all(self) -> list[Recording]:
        """Return all that are kept, the oldest first."""
        return [Recording._make(row) for row in self.book.read(_SELECT)]

    def running(self, now: float) -> Recording | None:
        """Return the one that is under way."""
        return next((one for one in self.all() if one.ended is None and one.begun <= now < one.until), None)

    def begin(self, now: float, device: str, minutes: int) -> Recording:
        """Ask for a recording; the service begins it within a second. Raises RecordingError."""
        if not 1 <= minutes <= MOST_MINUTES:
            raise RecordingError(f"read {minutes} minutes, expected 1 to {MOST_MINUTES}")
        if self.running(now) is not None:
            raise RecordingError("a recording is under way: stop it first, there is one at a time")
        if len(self.all()) >= MOST:
            raise RecordingError(f"{MOST} recordings are kept, which is the most: delete one first")
        with self.book.writing() as db:
            row = Recording(0, device, now, now + minutes * 60, None, 0, 0)
            cursor = db.execute(
                "INSERT INTO recording (device, begun, until, ended, size_bytes, dropped)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                row[1:],
            )
        return row._replace(id=int(cursor.lastrowid or 0))

    def end(self, number: int, now: float, size_bytes: int | None = None, dropped: int = 0) -> None:
        """Note that a recording is over, and how much it has where that is known."""
        with self.book.writing() as db:
            db.execute("UPDATE recording SET ended = coalesce(ended, ?) WHERE id = ?", (now, number))
            if size_bytes is not None:
                db.execute(
                    "UPDATE recording SET size_bytes = ?, dropped = ? WHERE id = ?",
                    (size_bytes, dropped, number),
                )

    def delete(self, number: int) -> None:
        """Forget a recording, with its file; the service removes what is left of one under way."""
        with self.book.writing() as db:
            db.execute("DELETE FROM recording WHERE id = ?", (number,))
        file_of(self.book.path, number).unlink(missing_ok=True)

    def sweep(self, now: float) -> None:
        """Delete what is past its time, and files that belong to no recording: a forgotten device's."""
        for one in self.all():
            if not one.begun - KEPT_S < now < one.begun + KEPT_S:
                self.delete(one.id)
        known = {file_of(self.book.path, one.id) for one in self.all()}
        for file in folder_of_recordings(self.book.path).glob("*.pcap"):
            if file not in known:
                file.unlink(missing_ok=True)


def folder_of_recordings(store: Path) -> Path:
    """Return where the recordings of a store lie."""
    return store.with_name(f"{store.stem}-recordings")


def file_of(store: Path, number: int) -> Path:
    """Return the file of a recording."""
    return folder_of_recordings(store) / f"{number}.pcap"
