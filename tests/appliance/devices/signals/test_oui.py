from __future__ import annotations

import pytest

from appliance.devices.knowledge import DeviceKnowledge
from appliance.devices.rows import Catalogue
from appliance.devices.signals.oui import evidence
from tests.appliance.devices.samples import BOX, KNOWLEDGE, MODULE, PLUG, PRIVATE, Registered, neighbour

CASES = [
    (
        "a brand with one kind of product, all called by one name",
        BOX,
        {"vendor": "Boxine (tonies)", "category": "toy", "model": "Toniebox"},
    ),
    ("a brand with many: its commonest kind is a guess", PLUG, {"vendor": "TP-Link", "category": "router"}),
    ("a maker of parts", MODULE, {}),
    ("a random address", PRIVATE, {}),
    ("nobody's block", "14:ff:ff:00:00:01", {}),
    ("a 28-bit block", "4c:bc:98:e1:23:45", {"vendor": "Wonder Workshop", "category": "robot"}),
]


@pytest.mark.parametrize(("mac", "wanted"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_an_address_block_tells(mac: str, wanted: dict[str, str]) -> None:
    found = {item.field: item.value for item in evidence(neighbour(mac, "192.168.1.2"), KNOWLEDGE)}
    assert found == wanted


def test_a_name_nobody_has_looked_at_is_a_weaker_vendor() -> None:
    knowledge = DeviceKnowledge(Catalogue((), (), ()), Registered("Quux Widgets Co., Ltd."))
    [item] = evidence(neighbour(PLUG, "192.168.1.2"), knowledge)
    assert (item.value, item.source) == ("Quux Widgets", "oui")
    assert item.confidence < 0.8
    assert item.reason == "its address block is registered to Quux Widgets Co., Ltd."
