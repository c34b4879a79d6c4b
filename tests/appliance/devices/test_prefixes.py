"""Devices without MACs, neighbours or leases, and how they are one with what those tell later."""

from __future__ import annotations

from typing import Any

import pytest

from appliance.devices.prefixes import MANY_PREFIXES, Prefixes, prefix_of
from appliance.devices.registry import Devices
from appliance.endpoints import subject
from sensor.records import DnsAnswer, FlowRecord, Record
from tests.appliance.devices.samples import (
    BOX,
    KNOWLEDGE,
    MODULE,
    PLUG,
    ROUTER,
    dhcp,
    flow,
    hello,
    lease,
    neighbour,
)

TOY, DOLL = "2001:db8:1::a", "2001:db8:1::b"
AFAR = "2001:db8:ff::1"
BARE: dict[str, Any] = {"orig_mac": None, "orig_dst_mac": None, "resp_mac": None}
TOLD = DnsAnswer(1.0, "D1", None, TOY, "fd00::1", "udp", "toy.example", 28, 0, (), (AFAR,), 300)


def home(*records: Record) -> Devices:
    devices = Devices(KNOWLEDGE)
    for record in records:
        devices.observe(record)
    return devices


@pytest.mark.parametrize(
    ("address", "prefix"),
    [
        ("2001:db8:1::a", "20010db800010000"),
        ("2001:db8:1:0:5::a", "20010db800010000"),
        ("fd00::1", None),
        ("fe80::1", None),
        ("192.0.2.1", None),
        ("2001:db8:::::", None),
        ("", None),
    ],
)
def test_the_prefix_of_an_address(address: str, prefix: str | None) -> None:
    assert prefix_of(address) == prefix


@pytest.mark.parametrize(
    ("what", "records", "devices"),
    [
        ("who asks for names", [TOLD], 1),
        ("its neighbour in the prefix", [TOLD, flow(orig_h=DOLL, resp_h=AFAR, **BARE)], 2),
        ("who calls a service", [flow(orig_h=TOY, resp_h=AFAR, **BARE)], 1),
        ("not who calls us", [TOLD, flow(orig_h=AFAR, resp_h=TOY, **BARE)], 1),
        (
            "not who calls no service",
            [flow(orig_h=AFAR, orig_p=50_000, resp_h=TOY, resp_p=50_001, **BARE)],
            0,
        ),
        ("a ULA", [flow(orig_h="fd12::7", resp_h=AFAR, **BARE)], 1),
        ("a private address", [flow(orig_h="10.1.2.3", resp_h="198.51.100.7", **BARE)], 1),
    ],
)
def test_who_is_at_home_without_a_mac(what: str, records: list[Record], devices: int) -> None:
    assert len(home(*records).ids()) == devices, what


@pytest.mark.parametrize(
    "later",
    [
        neighbour(PLUG, "192.168.1.20"),
        lease(PLUG, "192.168.1.20"),
        flow(PLUG, "192.168.1.20"),
        hello("toy.example", mac=PLUG),
    ],
)
def test_a_device_known_by_its_address_is_the_one_whose_mac_shows_later(later: Record) -> None:
    devices = home(flow(orig_h="192.168.1.20", **BARE))
    [first] = devices.ids()
    devices.observe(later)
    assert devices.owner(None, "192.168.1.20") == devices.owner(PLUG, "192.168.1.20") == first
    assert devices.record(first).macs == (PLUG,)


def test_what_is_known_by_a_mac_and_what_by_an_address_are_one_once_both_show() -> None:
    devices = home(dhcp(PLUG), flow(orig_h="192.168.1.20", **BARE), lease(PLUG, "192.168.1.20"))
    [device] = devices.ids()
    assert devices.record(device).macs == (PLUG,)
    assert devices.record(device).addresses == ("192.168.1.20",)


def test_a_router_takes_no_device_in_that_it_passes_on() -> None:
    devices = home(
        neighbour(MODULE, "192.168.1.1"), flow(orig_h="192.168.1.20", **BARE), flow(MODULE, "192.168.1.20")
    )
    assert len(devices.ids()) == 2 + 1  # and the gateway of `flow`
    assert devices.owner(None, "192.168.1.20") != devices.owner(None, "192.168.1.1")


def test_behind_a_mac_with_many_prefixes_is_the_internet() -> None:
    afar = [f"2001:db8:{number:x}::1" for number in range(0xF0, 0xF0 + MANY_PREFIXES)]
    devices = home(*(flow(PLUG, TOY, ROUTER, address) for address in afar))
    after = flow(PLUG, TOY, ROUTER, AFAR)
    assert devices.observe_flow(after) == (devices.owner(PLUG, TOY), None)
    assert devices.owner(PLUG, TOY) is not None
    assert devices.owner(ROUTER, afar[0]) is None


OWN = "2001:db8:1:0:a677:33ff:fe00:102"  # what an interface makes of the MAC below


@pytest.mark.parametrize(
    ("what", "record", "owner"),
    [
        ("made of the MAC", flow("a4:77:33:00:01:02", OWN, ROUTER, AFAR, resp_p=50_000), OWN),
        ("made of another's", flow("a4:77:33:00:01:03", OWN, ROUTER, AFAR, resp_p=50_000), None),
        ("who calls a service", flow("a4:77:33:00:01:03", TOY, ROUTER, AFAR), TOY),
        ("whom a service answers", flow(ROUTER, AFAR, "a4:77:33:00:01:03", TOY, resp_p=50_000), None),
    ],
)
def test_a_device_of_ipv6_alone(what: str, record: FlowRecord, owner: str | None) -> None:
    devices = home(record)
    held = [address for device in devices.ids() for address in devices.record(device).addresses]
    assert held == ([owner] if owner else []), what
    assert not owner or devices.observe_flow(record) == (devices.owner(None, owner), None)


def test_an_address_counts_as_a_callers_only_as_long_as_nothing_else_is_known() -> None:
    devices = home(neighbour(ROUTER, DOLL), flow(PLUG, AFAR, ROUTER, "2001:db8:77::1"))
    assert devices.owner(None, AFAR) is None


def test_whom_the_first_packet_answers_is_at_home() -> None:
    said = TOLD._replace(client_mac=PLUG, client="192.168.1.20")
    devices = home(said)
    assert devices.owner(*subject(said)) == devices.owner(PLUG, "192.168.1.20") is not None
    assert not home(said._replace(client="198.51.100.9")).ids()


def test_prefixes_are_bounded() -> None:
    prefixes = Prefixes()
    for number in range(1_000):
        prefixes.learn(f"2001:db8:{number:x}::1")
    assert "2001:db8:3e7::9" in prefixes
    assert "2001:db8:1::9" not in prefixes


def test_frames_through_a_repeater_are_their_devices_by_their_leases() -> None:
    devices = home(
        dhcp(PLUG, hostname="den-doll"), lease(PLUG, "192.168.1.31"), dhcp(BOX, hostname="den-box"),
        lease(BOX, "192.168.1.32"), neighbour(MODULE, "192.168.1.31"), flow(MODULE, "192.168.1.31"),
        flow(MODULE, "192.168.1.32"),
    )  # fmt: skip
    assert devices.owner(MODULE, "192.168.1.31") == devices.owner(PLUG, "192.168.1.31")
    assert devices.owner(MODULE, "192.168.1.32") == devices.owner(BOX, "192.168.1.32")
    named = {devices.record(device).hostnames for device in devices.ids()}
    assert named == {("den-doll",), ("den-box",), ()}  # the last one is the gateway of `flow`
    for device in devices.ids():
        again = Devices(KNOWLEDGE)
        again.load(device, devices.dump(device))
        assert again.dump(device) == devices.dump(device)


def test_a_lease_that_another_gets_is_no_longer_the_formers() -> None:
    devices = home(lease(PLUG, "192.168.1.31"), lease(BOX, "192.168.1.31"), flow(BOX, "192.168.1.31"))
    assert devices.owner(BOX, "192.168.1.31") == devices.owner(None, "192.168.1.31")
    assert devices.owner(PLUG, "192.168.1.31") == devices.owner(BOX, "192.168.1.31")
