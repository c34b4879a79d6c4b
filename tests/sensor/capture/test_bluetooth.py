"""A look through BlueZ's D-Bus interface: what is asked of it, what is kept, and what can go wrong."""

from __future__ import annotations

import asyncio
import subprocess
import time
from typing import Any

import pytest
from dbus_fast import Variant
from hypothesis import given
from hypothesis import strategies as st

from sensor.capture.bluetooth import MAX_HEARD, BluetoothError, _Look, look, nearby
from sensor.records import BleAdvertisement, InquiryResult, from_json, to_json
from tests.sensor.capture.bluez import Bluez, Device, bluez, is_here

needs_bluez = pytest.mark.skipif(not is_here(), reason="needs Debian's dbus-daemon and python3-dbusmock")

HANDS_FREE = "0000111e-0000-1000-8000-00805f9b34fb"
CAYLA = Device(
    "00:1B:DC:00:00:01",
    "My friend Cayla",
    {"Class": Variant("u", 0x240404), "RSSI": Variant("n", -50), "UUIDs": Variant("as", [HANDS_FREE])},
)
NEIGHBOUR = Device("00:1B:DC:00:00:02", "Of next door", {"RSSI": Variant("n", -88)})
BEAR = Device(
    "D4:11:22:33:44:56",
    "Bear",
    {
        "RSSI": Variant("n", -60),
        "AddressType": Variant("s", "random"),
        "AdvertisingFlags": Variant("ay", b"\6"),
        "Appearance": Variant("q", 0x0A80),
    },
)
ALLOWED = {"GetManagedObjects", "SetDiscoveryFilter", "StartDiscovery", "StopDiscovery"}


def heard(bus: Bluez, seconds: float = 0.3) -> list[Any]:
    return asyncio.run(look(seconds, bus_address=bus.bus))


@needs_bluez
def test_a_look_hears_what_is_near_and_asks_for_nothing_else(tmp_path):
    with bluez(tmp_path, (NEIGHBOUR, BEAR, CAYLA)) as bus:
        doll, bear = heard(bus)
        calls = bus.calls()
    assert isinstance(doll, InquiryResult) and isinstance(bear, BleAdvertisement)
    assert (doll.name, doll.device_class, doll.services, doll.rssi_dbm) == (
        "My friend Cayla", 0x240404, ("111e",), -50,
    )  # fmt: skip
    assert (bear.address, bear.address_kind, bear.flags, bear.appearance, bear.connectable) == (
        "d4:11:22:33:44:56", "static", 6, 0x0A80, None,
    )  # fmt: skip
    assert set(calls) == ALLOWED
    assert calls.index("StartDiscovery") < calls.index("StopDiscovery") == len(calls) - 1


@needs_bluez
def test_an_adapter_that_is_off_is_on_for_the_look_alone(tmp_path):
    with bluez(tmp_path, (CAYLA,), powered=False) as bus:
        assert len(heard(bus)) == 1
        calls = bus.calls()
    assert [call for call in calls if call.startswith("Set")] == ["Set", "SetDiscoveryFilter", "Set"]


@needs_bluez
def test_without_an_adapter_it_says_so(tmp_path):
    with bluez(tmp_path, (), adapter=False) as bus, pytest.raises(BluetoothError, match="plug one in"):
        heard(bus)


def test_without_d_bus_it_says_so(tmp_path):
    with pytest.raises(BluetoothError, match="cannot reach D-Bus"):
        asyncio.run(look(0.1, bus_address=f"unix:path={tmp_path}/none"))


@needs_bluez
def test_without_bluez_it_says_so(tmp_path):
    daemon = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", f"--address=unix:path={tmp_path}/bus"],
        stdout=subprocess.DEVNULL,
    )
    try:
        end = time.monotonic() + 20
        while not (tmp_path / "bus").exists() and time.monotonic() < end:
            time.sleep(0.02)
        with pytest.raises(BluetoothError, match="BlueZ is not running"):
            asyncio.run(look(0.1, bus_address=f"unix:path={tmp_path}/bus"))
    finally:
        daemon.terminate()
        daemon.wait(10)


def test_a_crowd_is_bounded_and_the_strongest_stay():
    looking = _Look(None, -75)  # type: ignore[arg-type]  # no bus is asked here
    for number in range(1000):
        address = f"00:1B:DC:00:{number >> 8:02X}:{number & 255:02X}"
        looking._hear({"Address": address, "RSSI": -75 + number % 70})
    assert len(looking._heard) == MAX_HEARD
    assert min(record.rssi_dbm or -128 for record in looking._heard.values()) > -25


@pytest.mark.parametrize(
    "properties",
    [
        {},
        {"Address": "x"},
        {"Address": 5},
        {"Address": "00:11:22:33:44"},
        {"Address": "00:11:22:33:44:55:66"},
    ],
)
def test_what_has_no_address_is_nothing(properties):
    assert nearby(1.0, properties) is None


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.binary() | st.floats(allow_nan=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=5,
)
PROPERTIES = ("AddressType", "Name", "Class", "Appearance", "UUIDs", "RSSI", "TxPower", "ManufacturerData",
              "AdvertisingFlags")  # fmt: skip


@given(
    st.fixed_dictionaries(
        {"Address": st.just("D4:11:22:33:44:55")}, optional=dict.fromkeys(PROPERTIES, values)
    )
)
def test_any_properties_give_a_record_that_comes_back(properties):
    record = nearby(1.0, properties)
    assert record is not None and from_json(to_json(record)) == record
