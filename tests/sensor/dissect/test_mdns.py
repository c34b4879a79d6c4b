from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.records import MdnsService, Record
from sensor.wire.dnsmessage import PTR, SRV, TXT, A
from tests.sensor.dissect.given import CLIENT, CLIENT_MAC, mutated, packet, read, weird_names

Given = tuple[bytes, int, bytes, int]


def name(*labels: str) -> bytes:
    return b"".join(bytes([len(label.encode())]) + label.encode() for label in labels) + b"\0"


TYPE = ("_storybox", "_tcp", "local")
BEAR = name("Leseb\u00e4r v1.2", *TYPE)
HOST = name("Storybox-21", "local")


def message(answers: list[Given], additional: list[Given] | None = None, flags: int = 0x8400) -> bytes:
    additional = additional or []
    head = struct.pack(">6H", 0, flags, 0, len(answers), 0, len(additional))
    return head + b"".join(
        owner + struct.pack(">HHIH", rtype, 0x8001, ttl_s, len(data)) + data
        for owner, rtype, data, ttl_s in answers + additional
    )


def announced(payload: bytes) -> list[Record]:
    return read(packet(payload, sport=5353, dport=5353))


LOCATED: Given = (BEAR, SRV, struct.pack(">3H", 0, 0, 8443) + HOST, 120)
DESCRIBED: Given = (BEAR, TXT, b"\x06fw=2.4\x05=none\x00\x02on", 4500)
POINTED: Given = (name(*TYPE), PTR, BEAR, 4500)
ADDRESSED: Given = (HOST, A, bytes([192, 168, 4, 21]), 120)
WHOLE = message([POINTED], [LOCATED, DESCRIBED, ADDRESSED])


def service(**fields: object) -> MdnsService:
    bare = MdnsService(1.0, CLIENT_MAC, CLIENT, "", None, None, None, (), ())
    return bare._replace(**fields)  # type: ignore[arg-type]


BEAR_SERVICE = service(
    service="_storybox._tcp.local",
    instance="Leseb\u00e4r v1.2",
    hostname="storybox-21.local",
    port=8443,
    txt=(("fw", "2.4"), ("on", "")),
    addresses=("192.168.4.21",),
)


def test_one_record_gathers_a_service() -> None:
    assert announced(WHOLE) == [BEAR_SERVICE]


def test_order_and_section_do_not_matter() -> None:
    assert announced(message([ADDRESSED, DESCRIBED, LOCATED, POINTED])) == [BEAR_SERVICE]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([ADDRESSED], [service(hostname="storybox-21.local", addresses=("192.168.4.21",))]),
        ([POINTED], [service(service="_storybox._tcp.local", instance="Leseb\u00e4r v1.2")]),
        ([(*POINTED[:3], 0)], []),  # a goodbye
        (
            [(name("_services", "_dns-sd", "_udp", "local"), PTR, name(*TYPE), 60)],
            [service(service="_storybox._tcp.local")],
        ),
        (
            [(name("_loud", "_sub", *TYPE), PTR, BEAR, 60)],
            [service(service="_storybox._tcp.local", instance="Leseb\u00e4r v1.2")],
        ),
        ([(name("21", "4", "168", "192", "in-addr", "arpa"), PTR, HOST, 60)], []),
        ([(HOST, 47, b"\xc0\x0c\0\1\x40", 60)], []),  # NSEC
    ],
)
def test_parts_of_a_service(answers: list[Given], expected: list[MdnsService]) -> None:
    assert announced(message(answers)) == expected


def test_two_instances_are_two_records() -> None:
    other = name("Doll", *TYPE)
    found = announced(message([POINTED, (name(*TYPE), PTR, other, 60)]))
    assert [record.instance for record in found if isinstance(record, MdnsService)] == [
        "Leseb\u00e4r v1.2",
        "Doll",
    ]


def test_known_answers_in_a_query_are_about_others() -> None:
    assert announced(message([POINTED], flags=0)) == []


def test_a_flood_of_services_is_bounded() -> None:
    many = [(name(*TYPE), PTR, name(f"toy{number}", *TYPE), 60) for number in range(200)]
    assert len(announced(message(many))) == 64


def test_a_malformed_message_is_a_weird() -> None:
    assert weird_names(announced(WHOLE[:-1])) == ["mdns_truncated"]


@given(st.one_of(st.binary(max_size=200), mutated([WHOLE])))
def test_any_bytes_give_records_or_a_weird(payload: bytes) -> None:
    assert isinstance(announced(payload), list)
