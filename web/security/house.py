"""What the dashboard needs to know of the home it serves: its accounts, its settings, how open it stands."""

from __future__ import annotations

from typing import NamedTuple, Self, cast

from flask import current_app

from appliance.store.book import Book
from appliance.store.people import People
from appliance.store.sessions import Sessions
from appliance.store.settings import Settings
from appliance.store.tokens import Tokens

EXTENSION = "tattlebox-house"


class House(NamedTuple):
    """One home, as `tattlebox-web` was told to serve it."""

    book: Book  # its store, open for small writes: what the family says, sets, and who may come in
    people: People
    sessions: Sessions
    tokens: Tokens
    settings: Settings
    demonstration: bool  # a recording, for this machine alone: whoever opens it may do everything
    https_port: int | None  # where it is served encrypted; then plain HTTP is for the pages that say so alone

    @classmethod
    def of(cls, book: Book, *, demonstration: bool = False, https_port: int | None = None) -> Self:
        """Return the house of a store."""
        people, sessions, tokens = People(book), Sessions(book), Tokens(book)
        return cls(book, people, sessions, tokens, Settings(book), demonstration, https_port)


def house() -> House:
    """Return the house of the application that answers this request."""
    return cast(House, current_app.extensions[EXTENSION])
