"""Browsers that are logged in, and browsers from which somebody logged in before. Only digests are kept."""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from typing import Final, NamedTuple

from appliance.store.book import Book

DAY_S: Final = 86_400.0
IDLE_S: Final = 14 * DAY_S
"""A session ends when its browser has not come for so long: a family looks in every week or two."""
LIFETIME_S: Final = 90 * DAY_S
"""A session ends after this, used or not."""
ROTATE_S: Final = DAY_S
"""The secret in the cookie is replaced this often while it is used."""
GRACE_S: Final = 60.0
"""How long the replaced secret still counts: requests that were under way when it changed."""
SEEN_STEP_S: Final = 3600.0
"""Use is written down this often at most: each write wears the card."""

MAX_SESSIONS: Final = 20
MAX_BROWSERS: Final = 20
"""Sessions and known browsers of one person; the oldest goes."""
MAX_BROWSER_TEXT: Final = 120


class Session(NamedTuple):
    """A logged-in browser."""

    digest: str
    person: int
    csrf: str  # what each form of this session carries
    begun: float
    rotated: float
    seen: float
    ends: float
    browser: str  # what the browser calls itself, cut; shown to the person alone


_FIELDS: Final = ", ".join(Session._fields)
_SELECT: Final = f"SELECT {_FIELDS} FROM session"  # noqa: S608 - names only


def digest_of(secret: str) -> str:
    """Return what is kept of a secret of 256 random bits; a slow hash would add nothing."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def new_secret() -> str:
    """Return 256 random bits as text for a cookie or header."""
    return secrets.token_urlsafe(32)


class Sessions:
    """The sessions of one home."""

    def __init__(self, book: Book) -> None:
        self.book = book

    def begin(self, person: int, browser: str, ts: float) -> str:
        """Begin a session and return its secret."""
        session = Session("", person, new_secret(), ts, ts, ts, ts + LIFETIME_S, browser[:MAX_BROWSER_TEXT])
        return self._keep(session)

    def find(self, secret: str, ts: float) -> Session | None:
        """Return the session of this secret while it counts."""
        rows = self.book.read(f"{_SELECT} WHERE digest = ?", digest_of(secret))
        session = next((Session._make(row) for row in rows), None)
        if session is None or ts >= session.ends or ts - session.seen >= IDLE_S:
            return None
        if ts - session.seen >= SEEN_STEP_S:
            with self.book.writing() as db:
                db.execute("UPDATE session SET seen = ? WHERE digest = ?", (ts, session.digest))
        return session

    def rotate(self, session: Session, ts: float) -> str:
        """Return a new secret for a session; the old one counts for GRACE_S more."""
        with self.book.writing() as db:
            db.execute(
                "UPDATE session SET ends = min(ends, ?), rotated = ? WHERE digest = ?",
                (ts + GRACE_S, ts, session.digest),
            )
        return self._keep(session._replace(rotated=ts, seen=ts))

    def of(self, person: int, ts: float) -> list[Session]:
        """Return where somebody is logged in, the last used first."""
        rows = self.book.read(
            f"{_SELECT} WHERE person = ? AND ends > ? AND seen > ? ORDER BY seen DESC",
            person,
            ts + GRACE_S,
            ts - IDLE_S,
        )
        return [Session._make(row) for row in rows]

    def end(self, digest: str) -> None:
        """End one session."""
        with self.book.writing() as db:
            db.execute("DELETE FROM session WHERE digest = ?", (digest,))

    def end_all(self, person: int, but: str = "") -> None:
        """End all sessions of somebody, but the one with this digest."""
        with self.book.writing() as db:
            db.execute("DELETE FROM session WHERE person = ? AND digest <> ?", (person, but))

    def know(self, person: int, ts: float) -> str:
        """Remember a browser of this person and return the secret that it is known by."""
        secret = new_secret()
        with self.book.writing() as db:
            db.execute("INSERT INTO known_browser VALUES (?, ?, ?)", (digest_of(secret), person, ts))
            _trim(db, "known_browser", person, MAX_BROWSERS)
        return secret

    def knows(self, person: int, secret: str) -> bool:
        """Return whether this person logged in with this browser before."""
        query = "SELECT 1 FROM known_browser WHERE digest = ? AND person = ?"
        return bool(self.book.read(query, digest_of(secret), person))

    def _keep(self, session: Session) -> str:
        secret = new_secret()
        row = session._replace(digest=digest_of(secret))
        with self.book.writing() as db:
            db.execute(
                "DELETE FROM session WHERE ends <= ? OR seen <= ?", (row.rotated, row.rotated - IDLE_S)
            )
            marks = ", ".join("?" * len(row))
            db.execute(f"INSERT INTO session ({_FIELDS}) VALUES ({marks})", row)  # noqa: S608 - names only
            _trim(db, "session", row.person, MAX_SESSIONS)
        return secret


def _trim(db: sqlite3.Connection, table: str, person: int, most: int) -> None:
    """Let the longest unused rows of a person go beyond `most`."""
    db.execute(
        f"DELETE FROM {table} WHERE person = ? AND digest NOT IN"  # noqa: S608 - names only
        f" (SELECT digest FROM {table} WHERE person = ? ORDER BY seen DESC LIMIT ?)",
        (person, person, most),
    )
