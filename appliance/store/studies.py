"""Studies that the family takes part in: the consent in the store, the key with the secrets."""

from __future__ import annotations

import secrets
from typing import Final, NamedTuple

from appliance.store.book import Book
from appliance.store.secrets import Secrets

MAX_STUDIES: Final = 20
KEY_BYTES: Final = 32


class StudyError(Exception):
    """What was asked cannot be: one sentence."""


class Consent(NamedTuple):
    """What a family agreed to."""

    study: str
    profile: str  # JSON, as it was agreed to
    agreed: float  # clock on the wall
    since: int  # first UTC day (ts // 86400) that may leave


class Studies:
    """The studies of one home."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._secrets = Secrets(book.path)

    def all(self) -> list[Consent]:
        """Return all of them by name."""
        return [Consent._make(row) for row in self._book.read("SELECT * FROM study ORDER BY name")]

    def get(self, study: str) -> Consent:
        """Return one. Raises StudyError when the home takes no part in it."""
        found = [consent for consent in self.all() if consent.study == study]
        if not found:
            known = ", ".join(consent.study for consent in self.all()) or "none"
            raise StudyError(f"this home takes no part in {study[:40]!r}; it takes part in: {known}")
        return found[0]

    def join(self, consent: Consent) -> None:
        """Keep a consent and draw its key. Raises StudyError, StoreError."""
        held = self.all()
        if any(other.study == consent.study for other in held):
            raise StudyError(f"this home takes part in {consent.study} already: leave it first")
        if len(held) >= MAX_STUDIES:
            raise StudyError(f"this home takes part in {len(held)} studies, at most {MAX_STUDIES}: leave one")
        self._secrets.keep(place_of(consent.study), {"key": secrets.token_hex(KEY_BYTES)})
        with self._book.writing() as db:
            db.execute("INSERT INTO study VALUES (?, ?, ?, ?)", consent)

    def key(self, study: str) -> bytes:
        """Return the key of a study. Raises StudyError where it is gone, StoreError."""
        held = self._secrets.of(place_of(study)).get("key")
        if held is None:
            raise StudyError(
                f"the key for {study} is gone (a restored backup has none): leave the study and join it again"
            )
        return bytes.fromhex(held)

    def leave(self, study: str) -> None:
        """Forget a consent and its key: nobody can ever tell again which pseudonyms were ours."""
        self.get(study)
        with self._book.writing() as db:
            db.execute("DELETE FROM study WHERE name = ?", (study,))
            db.execute("DELETE FROM consumer WHERE name = ?", (place_of(study),))
        self._secrets.keep(place_of(study), {})


def place_of(study: str) -> str:
    """Return the name of a study among secrets and consumers."""
    return f"study/{study}"  # no channel's name has a slash
