from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.bluetooth.hci import address_kind, dissect
from sensor.records import BleAdvertisement, InquiryResult, Weird
from tests.sensor.bluetooth.events import (
    DOLL,
    WATCH,
    address,
    event,
    extended,
    extended_inquiry,
    inquiry,
    legacy,
    structure,
)
from tests.sensor.dissect.given import mutated

NAMED = (
    structure(1, b"\x06") + structure(9, b"Toy") + structure(3, b"\x0f\x18") + structure(0xFF, b"\x4c\0xyz")
)
HANDS_FREE = structure(9, b"My friend") + structure(3, b"\x1e\x11\x08\x11")
SAMPLES = [
    legacy(WATCH, NAMED), extended(WATCH, NAMED), inquiry(DOLL, 0x240404), inquiry(DOLL, 0x240404, -40),
    extended_inquiry(DOLL, 0x240404, HANDS_FREE),
]  # fmt: skip


@pytest.mark.parametrize("packet", [legacy(WATCH, NAMED), extended(WATCH, NAMED)])
def test_an_advertisement(packet: bytes) -> None:
    assert list(dissect(1.0, packet)) == [
        BleAdvertisement(
            1.0, WATCH, "static", "connectable", True, "Toy", 0x4C, ("180f",), None, 6, None, -60
        )
    ]


@pytest.mark.parametrize(
    ("packet", "event", "connectable"),
    [
        (legacy(WATCH, b"", kind=1), "directed", True),
        (legacy(WATCH, b"", kind=2), "scannable", False),
        (legacy(WATCH, b"", kind=3), "non_connectable", False),
        (legacy(WATCH, b"", kind=4), "scan_response", False),
        (legacy(WATCH, b"", kind=9), "reserved", False),
        (extended(WATCH, b"", bits=0), "non_connectable", False),
        (extended(WATCH, b"", bits=2), "scannable", False),
        (extended(WATCH, b"", bits=5), "directed", True),
        (extended(WATCH, b"", bits=0x1B), "scan_response", True),
    ],
)
def test_kinds_of_advertisement(packet: bytes, event: str, connectable: bool) -> None:
    (found,) = dissect(1.0, packet)
    assert isinstance(found, BleAdvertisement)
    assert (found.event, found.connectable) == (event, connectable)


@pytest.mark.parametrize(
    ("who", "random", "kind"),
    [
        (DOLL, False, "public"), ("c4:00:00:00:00:00", True, "static"),
        ("40:00:00:00:00:00", True, "resolvable"),
        ("00:00:00:00:00:01", True, "non_resolvable"), ("80:00:00:00:00:00", True, "reserved"),
    ],
)  # fmt: skip
def test_kinds_of_address(who: str, random: bool, kind: str) -> None:
    assert address_kind(random, address(who)) == kind


def test_an_inquiry() -> None:
    assert list(dissect(1.0, inquiry(DOLL, 0x240404))) == [
        InquiryResult(1.0, DOLL, 0x240404, None, None, (), None)
    ]
    assert next(iter(dissect(1.0, inquiry(DOLL, 0x240404, -40))))[-1] == -40
    assert next(iter(dissect(1.0, inquiry(DOLL, 0x240404, 127))))[-1] is None
    assert list(dissect(1.0, extended_inquiry(DOLL, 0x200404, HANDS_FREE))) == [
        InquiryResult(1.0, DOLL, 0x200404, "My friend", None, ("111e", "1108"), -50)
    ]


def test_two_reports_in_one_event() -> None:
    one = legacy(WATCH, NAMED)[5:]
    two = legacy(DOLL, b"", random=0)[5:]
    found = list(dissect(1.0, event(0x3E, b"\x02\x02" + one + two)))
    assert [record.address for record in found if isinstance(record, BleAdvertisement)] == [WATCH, DOLL]


@pytest.mark.parametrize(
    ("packet", "name"),
    [
        (legacy(WATCH, NAMED)[:-1], "bluetooth_event"),
        (event(0x3E, b"\x02\x02" + legacy(WATCH, NAMED)[5:]), "bluetooth_truncated"),
        (event(0x3E, b"\x02\xff"), "bluetooth_reports"),
        (legacy(WATCH, b"\x09\x09short"), "bluetooth_structure"),
        (event(0x2F, bytes(10)), "bluetooth_truncated"),
    ],
)
def test_malformed(packet: bytes, name: str) -> None:
    last = list(dissect(1.0, packet))[-1]
    assert isinstance(last, Weird) and last.name == name


@pytest.mark.parametrize(
    "packet", [b"", b"\x04", b"\x04\x3e\x00", b"\x02\0\0\0", event(0x0E, b"\1\3\x0c\0"), event(0x3E, b"\1")]
)
def test_what_is_no_advertisement_is_passed(packet: bytes) -> None:
    assert list(dissect(1.0, packet)) == []


@given(
    st.one_of(
        st.binary(max_size=260), mutated(SAMPLES), st.binary(max_size=255).map(lambda body: event(0x3E, body))
    )
)
def test_any_bytes_give_records_or_a_weird(packet: bytes) -> None:
    found = list(dissect(1.0, packet))
    assert len(found) <= 26
    assert all(isinstance(record, BleAdvertisement | InquiryResult | Weird) for record in found)
