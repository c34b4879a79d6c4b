"""A house with a parent in it, whose store knows the last days of the household."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from appliance.store.book import Book
from appliance.store.reader import Reader
from tests.web.conftest import dashboard
from tests.web.household import household
from tests.web.security.doors import browser, moved_in
from tests.web.test_store import stored
from web.login import THROTTLE
from web.security.house import House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    THROTTLE.clear()
    path = tmp_path / "home.db"
    home = household()
    home.seen = home.seen[-50:]
    stored(home, path)
    house = House.of(Book(path))
    moved_in(house)
    yield house
    house.book.close()


@pytest.fixture
def app(house: House) -> Iterator[Flask]:
    reader = Reader(house.book.path)
    yield dashboard(reader, house=house)
    reader.close()


@pytest.fixture
def parent(app: Flask) -> FlaskClient:
    return browser(app)
