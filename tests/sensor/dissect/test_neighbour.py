from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.records import Neighbour, Record, RouterAdvertisement
from tests.sensor.dissect.given import CLIENT_MAC, mutated, packet, read, weird_names

MAC = bytes.fromhex("025442000022")
ARP = (
    bytes.fromhex("000108000604")
    + b"\0\1"
    + MAC
    + bytes([192, 168, 4, 22])
    + bytes(6)
    + bytes([192, 168, 4, 1])
)
TARGET = bytes.fromhex("fd000004000000000000000000000022")
SOURCE_OPTION, TARGET_OPTION = b"\1\1" + MAC, b"\2\1" + MAC


def arp(payload: bytes) -> list[Record]:
    return read(packet(payload, kind="arp", uid="", sport=0, dport=0))


def ndp(payload: bytes, **fields: Any) -> list[Record]:
    return read(packet(payload, kind="icmp6", sport=0, dport=0, **({"src": "fd00:4::99"} | fields)))


def bound(mac: str, address: str, source: str) -> list[Record]:
    return [Neighbour(1.0, mac, address, source)]


def icmp6(kind: int, rest: bytes) -> bytes:
    return bytes([kind, 0, 0, 0]) + rest


SOLICITATION = icmp6(135, bytes(4) + TARGET + SOURCE_OPTION)
ADVERTISEMENT = icmp6(136, b"\x60\0\0\0" + TARGET + TARGET_OPTION)


def test_arp_requests_and_replies() -> None:
    assert arp(ARP) == bound("02:54:42:00:00:22", "192.168.4.22", "arp")
    assert arp(ARP[:7] + b"\2" + ARP[8:] + bytes(18)) == bound("02:54:42:00:00:22", "192.168.4.22", "arp")


@pytest.mark.parametrize(
    "payload",
    [
        ARP[:14] + bytes(4) + ARP[18:],  # a probe
        ARP[:8] + bytes(6) + ARP[14:],
        ARP[:8] + b"\xff" * 6 + ARP[14:],
    ],
)
def test_arp_that_binds_nothing(payload: bytes) -> None:
    assert arp(payload) == []


@pytest.mark.parametrize("payload", [b"", ARP[:27], b"\0\6" + ARP[2:]])
def test_malformed_arp(payload: bytes) -> None:
    assert weird_names(arp(payload)) == ["arp_header"]


@pytest.mark.parametrize(
    ("payload", "fields", "expected"),
    [
        (SOLICITATION, {}, bound("02:54:42:00:00:22", "fd00:4::99", "ndp")),
        (SOLICITATION[:24], {}, bound(CLIENT_MAC, "fd00:4::99", "ndp")),
        (SOLICITATION[:24], {"src": "::"}, bound(CLIENT_MAC, "fd00:4::22", "ndp")),
        (ADVERTISEMENT, {}, bound("02:54:42:00:00:22", "fd00:4::22", "ndp")),
        (ADVERTISEMENT[:24], {}, bound(CLIENT_MAC, "fd00:4::22", "ndp")),
        (ADVERTISEMENT[:24], {"src_mac": None}, []),
        (
            icmp6(134, bytes(12) + SOURCE_OPTION),
            {"src": "fe80::1"},
            bound("02:54:42:00:00:22", "fe80::1", "ra"),
        ),
        (icmp6(133, bytes(4) + SOURCE_OPTION), {}, bound("02:54:42:00:00:22", "fd00:4::99", "ndp")),
        (icmp6(133, bytes(4)), {"src": "::"}, []),
        (icmp6(137, bytes(36)), {}, []),  # a redirect
    ],
)
def test_neighbour_discovery(payload: bytes, fields: dict[str, Any], expected: list[Record]) -> None:
    found = ndp(payload, **fields)
    assert [record for record in found if isinstance(record, Neighbour)] == expected


def test_what_a_router_offers() -> None:
    prefix = b"\3\4\x40\xc0" + bytes(12) + TARGET[:8] + bytes(8)
    servers = b"\x19\3\0\0\0\0\0\x3c" + TARGET
    domains = b"\x1f\3\0\0\0\0\0\x3c\4Home\4arpa\0\0\0\0\0\0"
    payload = icmp6(134, b"\x40\x80\x07\x08" + bytes(8) + SOURCE_OPTION + prefix + servers + domains)
    assert ndp(payload, src="fe80::1")[1:] == [
        RouterAdvertisement(
            1.0, CLIENT_MAC, "fe80::1", 1800, True, ("fd00:4::/64",), ("fd00:4::22",), ("home.arpa",)
        )
    ]


@pytest.mark.parametrize(
    ("payload", "name"),
    [
        (SOLICITATION[:23], "ndp_truncated"),
        (SOLICITATION[:24] + b"\1\0" + MAC, "ndp_option_length"),
        (SOLICITATION[:24] + b"\1\2" + MAC, "ndp_option_length"),
    ],
)
def test_malformed_neighbour_discovery(payload: bytes, name: str) -> None:
    assert weird_names(ndp(payload)) == [name]


@given(st.one_of(st.binary(max_size=60), mutated([ARP, SOLICITATION, ADVERTISEMENT])))
def test_any_bytes_give_records_or_a_weird(payload: bytes) -> None:
    assert isinstance(arp(payload), list)
    assert isinstance(ndp(payload), list)
