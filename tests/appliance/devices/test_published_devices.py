"""The rules on the devices that public studies name: right often enough, and never wrong when we are sure."""

from __future__ import annotations

from appliance.devices.knowledge import organisation_key
from tests.appliance.devices.published import category_right, published, recognised, vendor_right
from tests.appliance.devices.test_data_files import registered_names

SURE = 0.8
DEVICES = published()
SAID = [(device, recognised(device)) for device in DEVICES]


def test_the_organisations_stand_in_the_registry() -> None:
    keys = {organisation_key(name) for name in registered_names()}
    assert {
        device.organisation for device in DEVICES if organisation_key(device.organisation) not in keys
    } == set()


def test_makers_and_kinds_are_found() -> None:
    vendors = sum(vendor_right(device, said) for device, said in SAID) / len(SAID)
    kinds = sum(category_right(device, said) for device, said in SAID) / len(SAID)
    assert len(SAID) >= 190
    assert vendors >= 0.95
    assert kinds >= 0.85


def test_what_is_sure_is_right() -> None:
    wrong = [
        (device.device, said.vendor, said.category, said.confidence)
        for device, said in SAID
        if (said.confidence.get("vendor", 0) >= SURE and not vendor_right(device, said))
        or (said.confidence.get("category", 0) >= SURE and not category_right(device, said))
    ]
    assert wrong == []
