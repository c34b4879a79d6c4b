"""The rules on the devices that public studies name: right often enough, and never wrong when we are sure."""

from __future__ import annotations

import pytest

from appliance.devices.organisations import organisation_key
from tests.appliance.devices.published import category_right, published, recognised, vendor_right
from tests.appliance.devices.test_data_files import registered_names

SURE = 0.8
LISTS = tuple(f"published_devices{number}.csv" for number in ("", "_2", "_3", "_4"))
SAID = {name: [(device, recognised(device)) for device in published(name)] for name in LISTS}


@pytest.mark.parametrize("name", LISTS)
def test_the_organisations_stand_in_the_registry(name: str) -> None:
    keys = {organisation_key(name) for name in registered_names()}
    names = {device.organisation for device, _ in SAID[name]}
    assert {each for each in names if organisation_key(each) not in keys} == set()


@pytest.mark.parametrize(
    ("name", "devices"), [(LISTS[0], 190), (LISTS[1], 100), (LISTS[2], 110), (LISTS[3], 75)]
)
def test_makers_and_kinds_are_found(name: str, devices: int) -> None:
    said = SAID[name]
    assert len(said) >= devices
    assert sum(vendor_right(*each) for each in said) / len(said) >= 0.95
    assert sum(category_right(*each) for each in said) / len(said) >= 0.85


@pytest.mark.parametrize("name", LISTS)
def test_what_is_sure_is_right(name: str) -> None:
    wrong = [
        (device.device, said.vendor, said.category, said.confidence)
        for device, said in SAID[name]
        if (said.confidence.get("vendor", 0) >= SURE and not vendor_right(device, said))
        or (said.confidence.get("category", 0) >= SURE and not category_right(device, said))
    ]
    assert wrong == []
