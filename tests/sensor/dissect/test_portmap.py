from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.records import PortMapping, Record
from tests.sensor.dissect.given import CLIENT, CLIENT_MAC, SERVER, mutated, packet, read, weird_names

NAT_PMP = bytes.fromhex("0002000001bb20fb00001c20")
PCP = (
    bytes.fromhex("0201000000000e10") + bytes(10) + b"\xff\xff" + bytes((192, 168, 4, 21))
    + bytes(12) + b"\x11\0\0\0" + bytes.fromhex("16331633") + bytes(16)
)  # fmt: skip


def portmap(payload: bytes, dport: int = 5351) -> list[Record]:
    return read(packet(payload, dport=dport))


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (NAT_PMP, ("nat-pmp", "add", "tcp", CLIENT, 443, 8443, 7200, None)),
        (NAT_PMP[:8] + bytes(4), ("nat-pmp", "delete", "tcp", CLIENT, 443, 8443, 0, None)),
        (b"\0\1" + NAT_PMP[2:], ("nat-pmp", "add", "udp", CLIENT, 443, 8443, 7200, None)),
        (PCP, ("pcp", "add", "udp", "192.168.4.21", 5683, 5683, 3600, None)),
    ],
)
def test_requests(payload: bytes, expected: tuple[object, ...]) -> None:
    assert portmap(payload) == [PortMapping(1.0, "F1", CLIENT_MAC, CLIENT, SERVER, *expected)]  # type: ignore[arg-type]


@pytest.mark.parametrize("payload", [b"\0\0", b"\0", b"\0\x82" + NAT_PMP[2:], b"\2\0" + PCP[2:]])
def test_others_give_nothing(payload: bytes) -> None:
    assert portmap(payload) == []


@pytest.mark.parametrize(("payload", "name"), [(NAT_PMP[:11], "nat_pmp_header"), (PCP[:59], "pcp_header")])
def test_malformed(payload: bytes, name: str) -> None:
    assert weird_names(portmap(payload)) == [name]


@given(st.one_of(st.binary(min_size=1, max_size=60), mutated([NAT_PMP, PCP])))
def test_any_bytes_give_records_or_a_weird(payload: bytes) -> None:
    assert isinstance(portmap(payload or b"x"), list)
