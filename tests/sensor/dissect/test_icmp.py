from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.records import Record, Unreachable
from tests.sensor.dissect.given import SERVER_MAC, mutated, packet, read

INNER = b"\x45\0\0\x28" + bytes(5) + b"\x06" + bytes(2) + bytes((192, 168, 4, 21)) + bytes((203, 0, 113, 9))
REPORT = b"\3\1" + bytes(6) + INNER + b"\x9c\x40\x01\xbb" + bytes(4)
INNER6 = b"\x60" + bytes(5) + b"\x11\x40" + bytes(15) + b"\1" + bytes(15) + b"\2"
REPORT6 = b"\1\4" + bytes(6) + INNER6 + b"\x9c\x40\x00\x35"


def icmp(payload: bytes, kind: str = "icmp") -> list[Record]:
    return read(packet(payload, kind=kind, src="192.168.4.1", dst="192.168.4.21", sport=0, dport=0))


def test_ipv4() -> None:
    assert icmp(REPORT) == [
        Unreachable(1.0, SERVER_MAC, "192.168.4.21", "192.168.4.1", 1, "203.0.113.9", "tcp", 443)
    ]


def test_ipv6() -> None:
    assert icmp(REPORT6, "icmp6") == [
        Unreachable(1.0, SERVER_MAC, "192.168.4.21", "192.168.4.1", 4, "::2", "udp", 53)
    ]


def test_a_report_without_ports() -> None:
    (found,) = icmp(b"\3\2" + bytes(6) + INNER)
    assert isinstance(found, Unreachable) and (found.proto, found.dport) == ("tcp", 0)


@pytest.mark.parametrize("payload", [b"\3", REPORT[:20], b"\3\1" + bytes(40), b"\x08" + REPORT[1:]])
def test_what_says_nothing(payload: bytes) -> None:
    assert icmp(payload) == []


@given(st.one_of(st.binary(max_size=60), mutated([REPORT, REPORT6])), st.sampled_from(["icmp", "icmp6"]))
def test_any_bytes_give_records_or_a_weird(payload: bytes, kind: str) -> None:
    assert isinstance(icmp(payload, kind), list)
