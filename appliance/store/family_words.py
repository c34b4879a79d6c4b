"""What the family said, kept in the store: written by the commands, read by the service."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final, Self

from appliance.devices.family import Word
from appliance.store.book import Book
from appliance.store.database import StoreError, open_for_writing

MAX_WORDS: Final = 20_000
"""Words one home may hold: a family says a few hundred in years; a script that says more is at fault."""


def words_after(db: sqlite3.Connection, last: int) -> list[Word]:
    """Return the words whose id is greater than `last`, in order."""
    return [Word._make(row) for row in db.execute("SELECT * FROM word WHERE id > ? ORDER BY id", (last,))]


def words_of(book: Book, device: str) -> list[Word]:
    """Return what was said of one device, in order."""
    return [Word._make(row) for row in book.read("SELECT * FROM word WHERE device = ? ORDER BY id", device)]


class WordBook:
    """The words of one home, open for writing beside a running service."""

    def __init__(self, path: Path) -> None:
        """Open the store at `path`. Raises StoreError when there is none."""
        if not path.exists():
            raise StoreError(f"no store at {path}: run `tattlebox run` or `replay` first, or pass --store")
        self.path = path
        self._db = open_for_writing(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def say(self, words: list[Word]) -> None:
        """Keep words in one step; their ids are given here. Raises StoreError when it is refused."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            (held,) = self._db.execute("SELECT count(*) FROM word").fetchone()
            if held + len(words) > MAX_WORDS:
                raise StoreError(
                    f"{self.path} holds {held} words of the family, at most {MAX_WORDS} are kept: "
                    "export the labels and begin a new store"
                )
            self._db.executemany(
                "INSERT INTO word (ts, act, device, detail, value, undoes) VALUES (?, ?, ?, ?, ?, ?)",
                [word[1:] for word in words],
            )
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            raise StoreError(f"cannot write {self.path}: {error}; free some space and try again") from error
        finally:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")

    def all(self) -> list[Word]:
        """Return every word, in the order they were said."""
        return words_after(self._db, 0)
