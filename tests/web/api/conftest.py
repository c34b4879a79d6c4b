"""The household in a real store, with a token for each scope."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from appliance.store.book import Book
from appliance.store.reader import Reader
from tests.web.conftest import dashboard
from tests.web.household import household
from tests.web.security.doors import moved_in
from tests.web.test_store import stored
from web.security.house import House


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("api") / "home.db"
    home = household()
    home.seen = home.seen[-400:]
    stored(home, path)
    return path


@pytest.fixture
def house(store: Path) -> Iterator[House]:
    house = House.of(Book(store))
    if not house.people.all():
        moved_in(house)
    for token in house.tokens.all():
        house.tokens.withdraw(token.id)
    yield house
    house.book.close()


@pytest.fixture
def app(house: House, store: Path) -> Iterator[Flask]:
    reader = Reader(store)
    yield dashboard(reader, house=house)
    reader.close()
