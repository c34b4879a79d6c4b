"""A signal that is registered is tested and explained: this says what is missing, and why it is wanted."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from appliance.devices.device import SOURCES
from appliance.devices.signals import SIGNALS

ROOT = Path(__file__).parents[4]
NAMES = [signal.name for signal in SIGNALS]


@pytest.mark.parametrize("name", NAMES)
def test_a_signal_has_its_test(name: str) -> None:
    assert (Path(__file__).parent / f"test_{name}.py").exists(), f"write test_{name}.py: a table of records"


@pytest.mark.parametrize("name", NAMES)
def test_a_signal_has_its_heading(name: str) -> None:
    headings = re.findall(r"^### .*`(\w+)\.py`", (ROOT / "docs" / "devices.md").read_text(), re.MULTILINE)
    assert name in headings, f"docs/devices.md needs a heading that ends in `{name}.py`: what it looks at"


def test_every_signal_file_is_registered() -> None:
    files = {path.stem for path in (ROOT / "appliance/devices/signals").glob("*.py")} - {"__init__"}
    assert files == set(NAMES), "a file in appliance/devices/signals is not in SIGNALS: nothing would call it"


def test_sources_are_named_once() -> None:
    assert len(SOURCES) == len(set(SOURCES))
