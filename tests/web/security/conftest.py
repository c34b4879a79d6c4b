"""A house that nobody has moved into yet, and its pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from appliance.store.book import Book
from tests.web.conftest import dashboard
from tests.web.household import MemoryReader
from web.login import THROTTLE
from web.security.house import House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    THROTTLE.clear()
    house = House.of(Book(tmp_path / "home.db"))
    yield house
    house.book.close()


@pytest.fixture
def app(house: House) -> Flask:
    return dashboard(MemoryReader(), house=house)
