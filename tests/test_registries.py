"""What is registered must be proven and explained: each line of a registry has its test, sample and heading.

A newcomer who adds a dissector is told here what is still missing, and why it is wanted.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sensor.dissect import DATAGRAM_DISSECTORS, DISSECTORS, STREAM_DISSECTORS

ROOT = Path(__file__).parents[1]
FILES = sorted({dissector.__module__.rpartition(".")[2] for dissector in DISSECTORS})
SHARED = {"__init__", "interface", "directions"}  # in sensor/dissect, but no dissectors


@pytest.mark.parametrize("name", FILES)
def test_a_dissector_has_its_test(name: str) -> None:
    test = ROOT / "tests" / "sensor" / "dissect" / f"test_{name}.py"
    assert test.exists(), f"sensor/dissect/{name}.py is registered: write {test.relative_to(ROOT)}"
    assert "test_any_bytes" in test.read_text(), (
        f"{test.name} must show that any bytes give records or a Weird"
    )


@pytest.mark.parametrize("name", FILES)
def test_a_dissector_has_a_sample_with_expected_records(name: str) -> None:
    samples = sorted((ROOT / "tests" / "captures").glob(f"{name}-*.pcap"))
    assert samples, f"add a small tests/captures/{name}-*.pcap: make it in tests/captures/make.py"
    for sample in samples:
        assert sample.with_suffix(".jsonl").exists(), (
            f"{sample.name} has no .jsonl with its records beside it"
        )


@pytest.mark.parametrize("name", FILES)
def test_a_dissector_has_its_heading(name: str) -> None:
    headings = re.findall(r"^## .*`(\w+)\.py`", (ROOT / "docs" / "dissectors.md").read_text(), re.MULTILINE)
    assert name in headings, f"docs/dissectors.md needs a heading that ends in `{name}.py`, and what it reads"


def test_every_dissector_file_is_registered() -> None:
    files = {path.stem for path in (ROOT / "sensor" / "dissect").glob("*.py")} - SHARED
    assert files == set(FILES), "a file in sensor/dissect is not in DISSECTORS, so nothing would ever call it"


def test_no_two_dissectors_want_one_port() -> None:
    wanted = [(dissector.KIND, port) for dissector in DATAGRAM_DISSECTORS for port in dissector.PORTS]
    assert len(wanted) == len(set(wanted)), (
        "a port is registered twice: the later dissector would take it all"
    )


def test_every_dissector_is_in_one_of_the_two_tuples() -> None:
    assert set(DISSECTORS) == set(DATAGRAM_DISSECTORS) | set(STREAM_DISSECTORS)
