"""“The same kind as …”: learnt from a label, taken back with it, never sure, never from a module alone."""

from __future__ import annotations

from appliance.devices.registry import Devices
from sensor.records import Record
from tests.appliance.devices.samples import KNOWLEDGE, MODULE, dhcp, http, neighbour, query

OTHER = "fc:f5:c4:5c:21:9b"  # the same module's maker


def life(mac: str, address: str, *names: str) -> list[Record]:
    """Return what a device on a bare module says: its kind shows only in whom it asks for what."""
    return [
        neighbour(mac, address),
        dhcp(mac, hostname=f"ESP_{mac[-5:].replace(':', '')}", parameter_list=(1, 3, 28, 6)),
        *(query(name, mac, address) for name in names),
        http("voice.quux.example", "quux/1.2", mac),
    ]


def home(*records: Record) -> Devices:
    devices = Devices(KNOWLEDGE)
    for record in records:
        devices.observe(record)
    return devices


def test_a_second_of_a_kind_the_family_named_is_known_for_it() -> None:
    names = ("voice.quux.example", "time.quux.example")
    devices = home(*life(MODULE, "192.168.1.31", *names), *life(OTHER, "192.168.1.32", *names))
    first, second = devices.ids()
    devices.set_label(first, "category", "toy")
    devices.set_label(first, "name", "Bear")
    devices.take_dirty()
    devices.compare()
    record = devices.record(second)
    assert devices.take_dirty() == {second}
    assert record.category == "toy"
    assert 0.5 <= record.confidence["category"] < 0.8
    [reason] = {item.reason for item in record.evidence if item.source == "likeness"}
    assert reason.startswith("it behaves like “Bear”: ")
    devices.compare()
    assert devices.take_dirty() == set()
    devices.clear_label(first, "category")
    devices.compare()
    assert devices.record(second).category is None


def test_the_same_module_alone_is_no_likeness() -> None:
    devices = home(
        *life(MODULE, "192.168.1.31")[:2],
        *life(OTHER, "192.168.1.32")[:2],
    )
    first, second = devices.ids()
    devices.set_label(first, "category", "toy")
    devices.compare()
    assert devices.record(second).category is None


def test_what_is_recognised_by_itself_is_not_likened() -> None:
    names = ("voice.quux.example", "time.quux.example")
    devices = home(*life(MODULE, "192.168.1.31", *names), *life(OTHER, "192.168.1.32", *names))
    first, second = devices.ids()
    devices.observe(dhcp(OTHER, hostname="hs110-lamp"))
    devices.set_label(first, "category", "toy")
    devices.compare()
    assert devices.record(second).category == "plug"


def test_nobody_known_likens_nobody() -> None:
    devices = home(*life(MODULE, "192.168.1.31", "voice.quux.example"))
    devices.compare()
    assert devices.record(devices.ids()[0]).category is None
