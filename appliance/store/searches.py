"""Searches of the flow log that are kept under a name, for everyone who may search it."""

from __future__ import annotations

from typing import Final, NamedTuple

from appliance.store.book import Book

MAX_SEARCHES: Final = 40
"""Searches kept: more cannot be overlooked; the oldest goes."""

MAX_NAME: Final = 60
MAX_QUESTION: Final = 1_000
"""Characters of a name, and of a question with every field filled in."""


class Search(NamedTuple):
    """One kept search."""

    name: str
    question: str  # the query string of its page


class Searches:
    """The kept searches of one home."""

    def __init__(self, book: Book) -> None:
        self.book = book

    def all(self) -> list[Search]:
        """Return them by name."""
        rows = self.book.read("SELECT name, question FROM saved_search ORDER BY name")
        return [Search(str(name), str(question)) for name, question in rows]

    def keep(self, name: str, question: str, ts: float) -> None:
        """Keep a search in place of one with the same name. Raises StoreError."""
        with self.book.writing() as db:
            row = (name[:MAX_NAME], question[:MAX_QUESTION], ts)
            db.execute("INSERT OR REPLACE INTO saved_search VALUES (?, ?, ?)", row)
            db.execute(
                "DELETE FROM saved_search WHERE name NOT IN"
                " (SELECT name FROM saved_search ORDER BY ts DESC LIMIT ?)",
                (MAX_SEARCHES,),
            )

    def drop(self, name: str) -> None:
        """Forget a search. Raises StoreError."""
        with self.book.writing() as db:
            db.execute("DELETE FROM saved_search WHERE name = ?", (name,))
