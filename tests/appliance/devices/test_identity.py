from __future__ import annotations

import hashlib
import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.devices.identity import (
    client_key,
    device_id,
    is_device_mac,
    is_home_range,
    is_nobody,
    is_random_mac,
    name_key,
    plain_text,
)

NONE = "0.0.0.0"  # noqa: S104 - an address seen, not one to listen on


@pytest.mark.parametrize(
    ("mac", "wanted"),
    [
        ("50:c7:bf:00:fc:a3", True),
        ("5a:1d:c8:44:90:e2", True),  # random, yet somebody's
        (None, False),
        ("", False),
        ("00:00:00:00:00:00", False),
        ("ff:ff:ff:ff:ff:ff", False),
        ("01:00:5e:00:00:fb", False),  # IPv4 multicast
        ("33:33:00:00:00:01", False),  # IPv6 multicast
        ("50:c7:bf:00:fc:zz", False),
        ("50-c7-bf-00-fc-a3", False),
    ],
)
def test_who_can_bear_a_mac(mac: str | None, wanted: bool) -> None:
    assert is_device_mac(mac) is wanted


@pytest.mark.parametrize(("mac", "wanted"), [("5a:1d:c8:44:90:e2", True), ("50:c7:bf:00:fc:a3", False)])
def test_random_macs(mac: str, wanted: bool) -> None:
    assert is_random_mac(mac) is wanted


HOMES = [
    ipaddress.ip_network(network)
    for network in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "169.254.0.0/16",
        "100.64.0.0/10",
        "fc00::/7",
        "fe80::/10",
    )
]


@given(st.ip_addresses())
def test_the_home_ranges_are_those_of_the_rfcs(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    wanted = any(address.version == net.version and address in net for net in HOMES)
    broadcast = address.version == 4 and str(address).endswith(".255")
    assert is_home_range(str(address)) is wanted or broadcast


@pytest.mark.parametrize("network", HOMES, ids=str)
def test_the_edges_of_the_home_ranges(network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> None:
    assert is_home_range(str(network[1]))
    assert is_home_range(str(network[-2]))
    assert not is_home_range(str(network[-1] + 1))


@given(st.text(max_size=300))
def test_any_text_as_an_address_or_name_raises_nothing(text: str) -> None:
    is_home_range(text)
    is_nobody(text)
    is_device_mac(text)
    name_key(text)
    client_key(text, "50:c7:bf:00:fc:a3")
    assert len(plain_text(text)) <= 48
    assert plain_text(text).isprintable()


@pytest.mark.parametrize(
    "address",
    [NONE, "127.0.0.1", "224.0.0.251", "255.255.255.255", "192.168.1.255", "::", "ff02::fb", ""],
)
def test_nobody(address: str) -> None:
    assert is_nobody(address)


def test_an_id_is_short_and_stable() -> None:
    assert device_id("50:c7:bf:00:fc:a3") == "d-" + hashlib.sha256(b"50:c7:bf:00:fc:a3").hexdigest()[:8]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("Annex-Tablet.local", "annex-tablet"),
        ("iPhone", None),
        ("android", None),
        ("abc", None),
        (None, None),
    ],
)
def test_names_that_tell_devices_apart(name: str | None, wanted: str | None) -> None:
    assert name_key(name) == wanted


def test_a_client_id_that_repeats_the_mac_identifies_nothing_more() -> None:
    assert client_key("0150c7bf00fca3", "50:c7:bf:00:fc:a3") is None
    assert client_key("ff1234567800010001", "50:c7:bf:00:fc:a3") == "ff1234567800010001"


def test_hostile_names_are_shown_without_control_and_direction_marks() -> None:
    assert plain_text("a\u202eb\x00c\x1b[31m\n d") == "abc[31m d"
    assert (
        plain_text("=cmd|' /C calc'!A0<script>") == "=cmd|' /C calc'!A0<script>"
    )  # whoever shows it escapes
    assert plain_text("x" * 1_000_000) == "x" * 47 + "…"
