"""What the family writes down about a device, in its own words: one text a device."""

from __future__ import annotations

from typing import Final

from appliance.store.book import Book

MAX_NOTE: Final = 2_000
"""Characters of a note: a page of handwriting."""


class Notes:
    """The notes of one home."""

    def __init__(self, book: Book) -> None:
        self.book = book

    def of(self, device: str) -> str:
        """Return the note on a device, empty where there is none."""
        rows = self.book.read("SELECT text FROM note WHERE device = ?", device)
        return str(rows[0][0]) if rows else ""

    def write(self, device: str, text: str, ts: float) -> None:
        """Keep a note in place of the one before; an empty one is deleted. Raises StoreError."""
        kept = text.strip()[:MAX_NOTE]
        with self.book.writing() as db:
            db.execute("DELETE FROM note WHERE device = ?", (device,))
            if kept:
                db.execute("INSERT INTO note VALUES (?, ?, ?)", (device, kept, ts))
