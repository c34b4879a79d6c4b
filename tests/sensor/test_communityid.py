"""Community IDs, against published examples and the meter's own."""

from __future__ import annotations

import ipaddress

import pytest

from sensor.communityid import community_id, community_id_of, icmp_ports

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


@pytest.mark.parametrize(("a", "a_port", "b", "b_port", "expected"), [row[2:] for row in PUBLISHED])
def test_it_follows_from_a_record(a: str, a_port: int, b: str, b_port: int, expected: str) -> None:
    proto = next(row[0].split()[0] for row in PUBLISHED if row[2:] == (a, a_port, b, b_port, expected))
    assert community_id_of(proto, a, a_port, b, b_port) == expected
