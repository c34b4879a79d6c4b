"""Names of flows and addresses, against published examples."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.meter.flowid import _siphash128, address_text, community_id, icmp_ports, mac_text, seconds, uid

# Baseline of https://github.com/corelight/community-id-spec
PUBLISHED = [
    ("tcp", 6, "128.232.110.120", 34855, "66.35.250.204", 80, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="),
    ("udp", 17, "192.168.1.52", 54585, "8.8.8.8", 53, "1:d/FP5EW3wiY1vCndhwleRRKHowQ="),
    ("icmp echo", 1, "192.168.0.89", 8, "192.168.0.1", 0, "1:X0snYXpgwiv9TZtqg64sgzUn6Dk="),
    ("icmp6 neighbour", 58, "fe80::200:86ff:fe05:80da", 135, "fe80::260:97ff:fe07:69ea", 136,
     "1:dGHyGvjMfljg6Bppwm3bg0LO8TY="),
    ("sctp", 132, "192.168.170.8", 7, "192.168.170.56", 80, "1:jQgCxbku+pNGw8WPbEc/TS/uTpQ="),
]  # fmt: skip


@pytest.mark.parametrize(("proto", "a", "a_port", "b", "b_port", "expected"), [row[1:] for row in PUBLISHED])
def test_published_community_ids(proto: int, a: str, a_port: int, b: str, b_port: int, expected: str) -> None:
    one, other = (ipaddress.ip_address(text).packed for text in (a, b))
    assert community_id(proto, one, a_port, other, b_port) == expected
    assert community_id(proto, other, b_port, one, a_port) == expected


def test_a_one_way_icmp_type_keeps_its_direction() -> None:
    low, high = bytes(4), bytes((1, 0, 0, 0))
    assert icmp_ports(1, 3, 1) == (3, 1)
    assert community_id(1, high, 3, low, 1) != community_id(1, low, 1, high, 3)


def test_siphash_has_a_known_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sensor.meter.flowid.UID_KEY", bytes(range(16)))
    assert _siphash128(b"").hex() == "a3817f04ba25a8e66df67214c7550293"  # vectors of the reference code
    assert _siphash128(b"\0").hex() == "da87c1d86b99af44347659119b22fc45"


def test_a_uid_is_stable_and_safe_in_an_address() -> None:
    assert uid(bytes(40), 1) == uid(bytes(40), 1) != uid(bytes(40), 2)
    assert len(uid(bytes(40), 1)) == 17
    assert uid(bytes(40), 1).replace("-", "a").replace("_", "a").isalnum()


@given(st.binary(min_size=16, max_size=16).filter(lambda raw: raw[:12] != bytes(10) + b"\xff\xff"))
def test_ipv6_text_is_that_of_the_standard_library(raw: bytes) -> None:
    assert address_text(raw) == str(ipaddress.ip_address(raw))


def test_texts() -> None:
    assert address_text(bytes((192, 0, 2, 1))) == "192.0.2.1"
    assert address_text(bytes(10) + b"\xff\xff\xc0\x00\x02\x01") == "::ffff:192.0.2.1"
    assert address_text(bytes(16)) == "::"
    assert mac_text(bytes(range(6))) == "00:01:02:03:04:05"
    assert mac_text(None) is None


def test_microseconds_are_exact() -> None:
    assert seconds(1_461_223_632_123_456_000) == 1461223632.123456
    assert seconds(1_500_000_001) == 1.500000001
