"""What must come of a scenario comes of it; all of them: `scripts/lab run all`, three and a half minutes."""

from __future__ import annotations

import os

import pytest

from tests.lab import lab, scenario
from tests.lab.test_lab import needs_lab

PLAYED = ("join", "update-adds-a-party", "silent-change", "encryption-lost", "ipv6-only")
"""Played with every change, one of each kind: a scenario takes 11 to 21 seconds on two busy cores."""


def test_every_scenario_says_what_must_come_of_it() -> None:
    assert {path.stem for path in scenario.FOLDER.glob("*.txt")} == set(scenario.names())


@pytest.mark.parametrize("name", scenario.names())
def test_a_scenario_can_be_read(name: str) -> None:
    read = scenario.load(name)
    told = scenario.expected(name).splitlines()
    assert told[0] == read.about
    steps = [step for part in read.parts for step in part.steps]
    said = [line for line in told if " -> " in line]
    assert [line.partition(" -> ")[0] for line in said] == [
        " ".join(map(str, (f"{who}:", *words))) for who, *words in steps
    ]


def test_no_other_name_is_taken() -> None:
    with pytest.raises(lab.LabError, match="expected one of"):
        scenario.load("../secrets")


@pytest.mark.lab
@pytest.mark.slow
@pytest.mark.xdist_group("namespaces")
@needs_lab
@pytest.mark.parametrize("name", PLAYED)
def test_what_must_come_of_it_comes_of_it(name: str) -> None:
    lab_name = f"scene{os.getpid()}"
    try:
        assert scenario.run(lab_name, scenario.load(name)) == scenario.expected(name)
    finally:
        (lab.STATE / f"{lab_name}.lock").unlink(missing_ok=True)
