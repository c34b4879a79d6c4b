"""Roles: each rule with its reason, without any table."""

from __future__ import annotations

import pytest

from appliance.parties.knowledge import KINDS, SUPPORT_KINDS, Maker, Owner
from appliance.parties.roles import judge

BEAR = Maker("Bear Works", "Bear Works", frozenset(("Swarm",)))


def owner(kind: str, group: str = "Firm") -> Owner:
    return Owner(group, group, None, kind, None, "test")


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_has_a_role_and_a_reason(kind: str) -> None:
    role, reason = judge("Bear Works", BEAR, owner(kind), "firm.example")
    assert role == ("support" if kind in SUPPORT_KINDS else "third")
    assert "Firm" in reason


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_same_owner_is_first_whatever_it_runs(kind: str) -> None:
    assert judge("Bear Works", BEAR, owner(kind, "Bear Works"), "firm.example")[0] == "first"


@pytest.mark.parametrize(
    ("vendor", "maker", "known", "domain", "role", "words"),
    [
        (
            "Bear Works",
            BEAR,
            owner("platform", "Swarm"),
            "swarm.example",
            "first",
            "sells devices that run on",
        ),
        ("Bear Works", BEAR, owner("tracker"), "ads.example", "third", "advertisements"),
        (None, None, owner("tracker"), "ads.example", "third", "advertisements"),
        (None, None, owner("maker"), "firm.example", "unknown", "do not know whether"),
        (None, None, None, "firm.example", "unknown", "neither"),
        ("Bear Works", BEAR, None, "bearworks.example", "first", "bears the name"),
        ("Bear Works", BEAR, None, "stranger.example", "third", "no tie"),
        ("Honeycomb", None, owner("company"), "honeycomb.example", "first", "bears the name"),
        ("Bear Works", BEAR, owner("company"), "bearworks-fans.example", "third", "another company"),
    ],
)
def test_role(
    vendor: str | None, maker: Maker | None, known: Owner | None, domain: str, role: str, words: str
) -> None:
    found, reason = judge(vendor, maker, known, domain)
    assert found == role
    assert words in reason
