from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.records import Record, Tunnel
from tests.sensor.dissect.given import CLIENT, CLIENT_MAC, SERVER, mutated, packet, read, segments

WIREGUARD = b"\1\0\0\0" + bytes(range(144))
OPENVPN = b"\x38sessions\0\0\0\0\0"
TLS_CRYPT = b"\x38sessions\0\0\0\1" + bytes(41)
TLS_AUTH = b"\x38sessions" + b"h" * 20 + b"\0\0\0\1" + bytes(9)
IKE = b"initiate" + bytes(8) + b"\x21\x20\x22\x08" + bytes(4) + b"\0\0\0\x1c"


def tunnels(payload: bytes, dport: int) -> list[Record]:
    return read(packet(payload, dport=dport))


@pytest.mark.parametrize(
    ("payload", "dport", "kind"),
    [
        (WIREGUARD, 51820, "wireguard"),
        (OPENVPN, 4000, "openvpn"),
        (TLS_CRYPT, 4000, "openvpn"),
        (TLS_AUTH, 4000, "openvpn"),
        (OPENVPN + b"more", 1194, "openvpn"),
        (IKE, 500, "ipsec"),
        (bytes(4) + IKE, 4500, "ipsec"),
    ],
)
def test_beginnings(payload: bytes, dport: int, kind: str) -> None:
    assert tunnels(payload, dport) == [Tunnel(1.0, "F1", CLIENT_MAC, CLIENT, SERVER, dport, kind)]


@pytest.mark.parametrize(
    ("payload", "dport"),
    [
        (WIREGUARD[:-1], 51820),
        (OPENVPN + b"more", 4000),
        (IKE, 501),
        (IKE[:8] + b"answered" + IKE[16:], 500),
        (IKE + b"x", 500),
        (b"\xff", 4500),
    ],
)
def test_what_only_looks_like_one(payload: bytes, dport: int) -> None:
    assert tunnels(payload, dport) == []


def test_openvpn_over_tcp() -> None:
    found = read(*segments([b"\0\x0e" + OPENVPN, b"more"], dport=443))
    assert found == [Tunnel(1.0, "F1", CLIENT_MAC, CLIENT, SERVER, 443, "openvpn")]


@given(
    st.one_of(st.binary(max_size=160), mutated([WIREGUARD, OPENVPN, TLS_AUTH, IKE])),
    st.sampled_from([500, 1194, 4000]),
)
def test_any_bytes_give_records_or_a_weird(payload: bytes, dport: int) -> None:
    assert isinstance(tunnels(payload, dport), list)
    assert isinstance(read(*segments([payload], dport=dport)), list)
