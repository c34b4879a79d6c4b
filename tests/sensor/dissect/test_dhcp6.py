from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.records import Dhcp6Reply, Dhcp6Request, MudUrl, Record
from tests.sensor.dissect.given import CLIENT_MAC, SERVER_MAC, mutated, packet, read, weird_names
from tests.sensor.dissect.hellos import sized, u16

DUID = bytes.fromhex("00030001025442000021")
ADDRESS = bytes.fromhex("fd000004000000000000000000000021")


def option(code: int, body: bytes) -> bytes:
    return u16(code) + sized(body)


LEASE = option(3, bytes(12) + option(5, ADDRESS + bytes(8)))
SOLICIT = (
    b"\1abc"
    + option(1, DUID)
    + option(39, b"\1\x0bStorybox-21\4home\0")
    + option(16, b"\0\0\1\x37" + sized(b"storybox 2.4"))
    + option(6, u16(23) + u16(24))
    + LEASE
)
PREFIX = option(25, bytes(12) + option(26, bytes(8) + b"\x38" + ADDRESS[:8] + bytes(8)))
REPLY = b"\7abc" + option(1, DUID) + LEASE + PREFIX + option(23, ADDRESS)


def dhcp6(payload: bytes) -> list[Record]:
    return read(packet(payload, src="fe80::21", dst="ff02::1:2", sport=546, dport=547))


def test_a_request() -> None:
    assert dhcp6(SOLICIT) == [
        Dhcp6Request(
            1.0,
            CLIENT_MAC,
            "fe80::21",
            1,
            DUID.hex(),
            "02:54:42:00:00:21",
            "storybox-21.home",
            311,
            "storybox 2.4",
            (23, 24),
            ("fd00:4::21",),
        )
    ]


def test_a_reply() -> None:
    assert dhcp6(REPLY) == [
        Dhcp6Reply(
            1.0,
            SERVER_MAC,
            "ff02::1:2",
            "fe80::21",
            7,
            DUID.hex(),
            ("fd00:4::21",),
            ("fd00:4::/56",),
            ("fd00:4::21",),
        )
    ]


def test_a_bare_request_says_little() -> None:
    (found,) = dhcp6(b"\x0babc")
    assert found[4:] == (None, None, None, None, None, (), ())


@pytest.mark.parametrize("payload", [b"\x0cabc", b"\x00"])
def test_relays_and_unknown_messages_give_nothing(payload: bytes) -> None:
    assert dhcp6(payload) == []


def test_malformed() -> None:
    assert weird_names(dhcp6(b"\1abc\0\1\0\x09x")) == ["dhcp6_option_length"]


@given(st.one_of(st.binary(min_size=1, max_size=60), mutated([SOLICIT, REPLY])))
def test_any_bytes_give_records_or_a_weird(payload: bytes) -> None:
    assert isinstance(dhcp6(payload or b"x"), list)


def test_the_address_of_a_mud_file() -> None:
    url = b"https://bear.example/storybear2000"
    found = [record for record in dhcp6(SOLICIT + option(112, url)) if isinstance(record, MudUrl)]
    assert found == [MudUrl(1.0, CLIENT_MAC, "fe80::21", url.decode(), "dhcp6")]
    assert not any(isinstance(record, MudUrl) for record in dhcp6(SOLICIT + option(112, b"http://x")))
