"""The home as it is written down: no two things alike, and address blocks that are the makers'."""

from __future__ import annotations

import asyncio

import aiooui
import pytest

from tests.household.home import DEVICES, GATEWAY_MAC

MAKERS = {
    "box": "tonies",
    "doll": "Espressif",
    "tablet": "Amazon",
    "camera": "TP-Link",
    "speaker": "Sonos",
    "tv": "Samsung",
    "laptop": "Intel",
}


@pytest.mark.parametrize("field", ["key", "mac", "ipv4", "hostname", "name"])
def test_no_two_devices_share(field: str) -> None:
    values = [getattr(device, field) for device in DEVICES]
    assert len(set(values)) == len(values)


def test_address_blocks_are_registered_to_the_makers() -> None:
    asyncio.run(aiooui.async_load())
    macs = {device.key: device.mac for device in DEVICES}
    for key, maker in MAKERS.items():
        assert maker in (aiooui.get_vendor(macs[key]) or ""), key
    assert "Raspberry Pi" in (aiooui.get_vendor(GATEWAY_MAC) or "")


def test_the_phone_uses_a_private_address() -> None:
    phone = next(device for device in DEVICES if device.key == "phone")
    assert int(phone.mac[:2], 16) & 2


def test_ipv6_address_is_made_of_the_mac() -> None:
    tv = next(device for device in DEVICES if device.key == "tv")
    assert tv.mac == "fc:f1:36:90:0b:27"
    assert tv.ipv6_address == "2001:2:0:77:fef1:36ff:fe90:b27"
    assert tv.link_local == "fe80::fef1:36ff:fe90:b27"
