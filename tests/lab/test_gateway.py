"""The gateway under test in the lab's home: its plan at work, and taken back by itself."""

from __future__ import annotations

import pytest

from tests.lab.faults import HEAL_S, Home
from tests.lab.test_lab import needs_lab

pytestmark = [pytest.mark.lab, pytest.mark.slow, pytest.mark.xdist_group("namespaces"), needs_lab]

SIX = "www.google.com"


def test_the_plan_works_and_twice_changes_nothing(home: Home) -> None:
    assert home.online()
    six = next(address for address in home.phone.resolve(SIX) if ":" in address)
    assert home.phone.connect(six)
    assert home.box.resolve("tattlebox.home.arpa") == ["192.168.77.1"]
    rules = "cat /run/lab/*.service; nft -s list table inet tattlebox"
    before = home.gateway.run("sh", "-c", rules)
    again = home.gateway.tattlebox("gateway", "apply", "--yes", "/run/lab/plan.json")
    assert "in force already" in again.stdout
    assert home.gateway.run("sh", "-c", rules) == before


@pytest.mark.parametrize(("number", "kind"), [(8, "late kill"), (10, "hang")])
def test_a_fault_on_the_way_heals_by_itself(home: Home, number: int, kind: str) -> None:
    assert home.heal(number, kind) < HEAL_S  # all of them: scripts/lab faults
