"""Makers' names as words: whole ones only, none that is an everyday word."""

from __future__ import annotations

import pytest

from appliance.devices.brands import maker_in, words_of_makers
from tests.appliance.known import knowledge

MAKERS = words_of_makers(
    ["Allterco (Shelly)", "Anker", "Anker (eufy)", "myStrom", "Orange (Livebox)", "Sonos"]
)


@pytest.mark.parametrize(
    ("text", "maker"),
    [
        ("mystrom-switch-0a1b", "myStrom"),
        ("mystrom", "myStrom"),
        ("_shelly._tcp", "Allterco (Shelly)"),
        ("shelly1-0a", "Allterco (Shelly)"),
        ("mystromer", None),
        ("my-mystrom", None),
        ("sonos-one", None),
        ("orange-laptop", None),
        ("", None),
    ],
)
def test_a_name_begins_with_a_whole_word_of_six_letters(text: str, maker: str | None) -> None:
    assert maker_in(text, MAKERS) == maker


def test_the_shipped_table_knows_makers_no_rule_speaks_of() -> None:
    devices = knowledge().devices
    assert devices.maker_in("Vaillant-Gateway") == "Vaillant"
    assert devices.maker_in("anna-laptop") is None
