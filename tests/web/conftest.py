"""The dashboard over the household, without a network."""

from __future__ import annotations

import atexit
import functools
import tempfile
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from appliance.store.book import Book
from tests.web.household import NOW, ZONE, MemoryReader, household
from web import create_app
from web.security.house import House


@functools.cache
def guests() -> House:
    """Return a house that everyone may enter: a demonstration's, with an empty store of its own."""
    folder = tempfile.TemporaryDirectory(prefix="tattlebox-pages-")
    atexit.register(folder.cleanup)
    return House.of(Book(Path(folder.name) / "home.db"), demonstration=True)


def dashboard(reader: MemoryReader, clock: float = NOW + 60, house: House | None = None) -> Flask:
    """Return the application over `reader`, at a wall-clock time, open to guests or to those of `house`."""
    return create_app(
        reader,
        house=house or guests(),
        trusted_hosts=["localhost", "127.0.0.1"],
        zone=ZONE,
        clock=lambda: clock,
    )


@pytest.fixture(scope="session")
def home() -> MemoryReader:
    return household()


@pytest.fixture
def client(home: MemoryReader) -> FlaskClient:
    return dashboard(home).test_client()
