"""The dashboard over the household, without a network."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.household import NOW, ZONE, MemoryReader, household
from web import create_app


def dashboard(reader: MemoryReader, clock: float = NOW + 60) -> Flask:
    """Return the application over `reader`, at a wall-clock time."""
    return create_app(reader, trusted_hosts=["localhost", "127.0.0.1"], zone=ZONE, clock=lambda: clock)


@pytest.fixture(scope="session")
def home() -> MemoryReader:
    return household()


@pytest.fixture
def client(home: MemoryReader) -> FlaskClient:
    return dashboard(home).test_client()
