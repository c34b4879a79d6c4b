"""Tokens for programs: each carries scopes, and counts while the person who made it may do as much."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, NamedTuple

from appliance.access import ROLES, SCOPES
from appliance.store.book import Book
from appliance.store.people import PersonError
from appliance.store.sessions import SEEN_STEP_S, digest_of, new_secret

PREFIX: Final = "tattlebox_"
"""A token begins like this, so that a search finds one that lies in a wrong place."""

MAX_TOKENS: Final = 50
"""Tokens of one home."""
MAX_LABEL: Final = 60


class Token(NamedTuple):
    """A token, without its secret."""

    id: int
    person: int
    label: str  # what it is for, in its maker's words
    scopes: tuple[str, ...]
    made: float
    used: float | None  # None: never; to the hour
    ends: float | None  # None: until it is withdrawn


_SELECT: Final = "SELECT id, person, label, scopes, made, used, ends FROM token"


class Tokens:
    """The tokens of one home."""

    def __init__(self, book: Book) -> None:
        self.book = book

    def make(self, person: int, label: str, scopes: Collection[str], ts: float, days: int = 0) -> str:
        """Make a token that lasts `days` (0: until withdrawn) and return it, once. Raises PersonError."""
        label = " ".join(label.split())[:MAX_LABEL]
        chosen = tuple(scope for scope in SCOPES if scope in scopes)
        if not label or not label.isprintable():
            raise PersonError("say what the token is for")
        if not chosen or set(scopes) - set(SCOPES):
            raise PersonError(f"a token needs one or more of the scopes {', '.join(SCOPES)}")
        secret = PREFIX + new_secret()
        ends = ts + days * 86_400 if days else None
        with self.book.writing() as db:
            (held,) = db.execute("SELECT count(*) FROM token").fetchone()
            if held >= MAX_TOKENS:
                raise PersonError(f"there are {MAX_TOKENS} tokens already; withdraw one first")
            db.execute(
                "INSERT INTO token (digest, person, label, scopes, made, ends) VALUES (?, ?, ?, ?, ?, ?)",
                (digest_of(secret), person, label, " ".join(chosen), ts, ends),
            )
        return secret

    def find(self, secret: str, ts: float) -> tuple[Token, frozenset[str]] | None:
        """Return the token of this secret and what it may do now; None when it does not count."""
        rows = self.book.read(
            "SELECT t.id, t.person, t.label, t.scopes, t.made, t.used, t.ends, p.role FROM token t"
            " JOIN person p ON p.id = t.person WHERE t.digest = ? AND (t.ends IS NULL OR t.ends > ?)",
            digest_of(secret),
            ts,
        )
        if not rows:
            return None
        token, role = _token(rows[0][:7]), rows[0][7]
        if token.used is None or ts - token.used >= SEEN_STEP_S:
            with self.book.writing() as db:
                db.execute("UPDATE token SET used = ? WHERE id = ?", (ts, token.id))
        return token, frozenset(token.scopes) & ROLES.get(role, frozenset())

    def all(self) -> list[Token]:
        """Return all tokens, the newest first."""
        return [_token(row) for row in self.book.read(f"{_SELECT} ORDER BY id DESC")]

    def withdraw(self, token: int, person: int | None = None) -> None:
        """Withdraw a token; with `person`, only one of theirs."""
        with self.book.writing() as db:
            db.execute(
                "DELETE FROM token WHERE id = ? AND (person = ? OR ? IS NULL)", (token, person, person)
            )


def _token(row: tuple[object, ...]) -> Token:
    token = Token._make(row)
    return token._replace(scopes=tuple(str(token.scopes).split()))
