"""What makers declare of the devices of one home: documents, their versions, and claims read from them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from appliance.declared.document import PARENT, Claim, Document, digest
from appliance.store import tables
from appliance.store.book import Book
from appliance.store.database import StoreError

MAX_DOCUMENTS: Final = 100
"""Documents of one device: a notice that changes each month for eight years."""

MAX_CLAIMS: Final = 2_000
"""Claims of one document; the longest notices name some three hundred parties."""


class Declarations:
    """The declared side of one home."""

    def __init__(self, book: Book) -> None:
        self.book = book

    def documents(self, device: str) -> list[Document]:
        """Return the documents of a device, the oldest first."""
        rows = self.book.read(f"{tables.DOCUMENT.select} WHERE device = ? ORDER BY id", device)
        return [tables.DOCUMENT.record(row) for row in rows]

    def claims(self, device: str) -> list[Claim]:
        """Return what was read from all documents of a device, struck claims included."""
        rows = self.book.read(f"{tables.CLAIM.select} WHERE device = ? ORDER BY document, number", device)
        return [tables.CLAIM.record(row) for row in rows]

    def add(self, document: Document, claims: Iterable[Claim]) -> Document | None:
        """Keep a document with its claims; return it with its id, None when it is the version held already.

        Ids and hash are given here. Raises StoreError.
        """
        document = document._replace(sha256=digest(document.text))
        held = self.documents(document.device)
        same = [each for each in held if each.kind == document.kind]
        if same and same[-1].sha256 == document.sha256 and document.signature in (None, same[-1].signature):
            return None
        if len(held) >= MAX_DOCUMENTS:
            raise StoreError(
                f"{len(held)} documents of this device are kept, at most {MAX_DOCUMENTS}: drop an old one"
            )
        with self.book.writing() as db:
            (last,) = db.execute("SELECT coalesce(max(id), 0) FROM document").fetchone()
            document = document._replace(id=last + 1)
            db.execute(tables.DOCUMENT.insert, tables.DOCUMENT.row(document))
            kept = list(claims)[:MAX_CLAIMS]
            numbered = (
                claim._replace(document=document.id, number=number, device=document.device)
                for number, claim in enumerate(kept, 1)
            )
            db.executemany(tables.CLAIM.insert, map(tables.CLAIM.row, numbered))
        return document

    def say(self, document: Document, topic: str, value: str, *, denied: bool = False) -> None:
        """Keep what the parent read in a document and no rule did. Raises StoreError."""
        with self.book.writing() as db:
            (last,) = db.execute(
                "SELECT coalesce(max(number), 0) FROM claim WHERE document = ?", (document.id,)
            ).fetchone()
            claim = Claim(document.id, last + 1, document.device, topic, value, denied, "", "", PARENT, False)
            db.execute(tables.CLAIM.insert, tables.CLAIM.row(claim))

    def strike(self, document: int, number: int, *, struck: bool = True) -> bool:
        """Note that a document does not say what was read in it, or take that back.

        Return whether there is such a claim. Raises StoreError.
        """
        with self.book.writing() as db:
            done = db.execute(
                "UPDATE claim SET struck = ? WHERE document = ? AND number = ?", (struck, document, number)
            )
        return bool(done.rowcount)

    def drop(self, document: int) -> None:
        """Delete a document and its claims. Raises StoreError."""
        with self.book.writing() as db:
            db.execute("DELETE FROM claim WHERE document = ?", (document,))
            db.execute("DELETE FROM document WHERE id = ?", (document,))
