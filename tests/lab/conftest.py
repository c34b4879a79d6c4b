"""One home for all tests that need a gateway at work: making it takes fifteen seconds."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.lab import lab
from tests.lab.faults import Home


@pytest.fixture(scope="session")
def home() -> Iterator[Home]:
    name = f"gate{os.getpid()}"
    try:
        yield Home(name)
    finally:
        lab.down(name)
        (lab.STATE / f"{name}.lock").unlink(missing_ok=True)
