from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.records import MAX_TEXT
from sensor.wire.text import ipv4, ipv6, mac, printable


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        (b"Storybox 2.4", "Storybox 2.4"),
        ("Bärchen 熊".encode(), "Bärchen 熊"),
        (b"a\\b", "a\\\\b"),
        (b"line\r\nbreak\0", "line\\x0d\\x0abreak\\x00"),
        (b"\xff\xfe", "\\xff\\xfe"),
        ("right\u202eleft".encode(), "right\\xe2\\x80\\xaeleft"),  # turns the reading direction round
        (b"x" * 9999, "x" * MAX_TEXT),
    ],
)
def test_any_bytes_have_a_text(data: bytes, text: str) -> None:
    assert printable(data) == text


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_different_bytes_never_look_alike(one: bytes, other: bytes) -> None:
    assert (printable(one) == printable(other)) == (one == other)
    assert printable(one).isprintable()


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("20010db8000000000000000000000001", "2001:db8::1"),
        ("20010db8000100010001000100010000", "2001:db8:1:1:1:1:1:0"),
        ("00000000000000000000000000000000", "::"),
        ("00000000000000000000ffffc0000201", "::ffff:192.0.2.1"),
        ("fe800000000000000000000000000abc", "fe80::abc"),
    ],
)
def test_ipv6_is_in_rfc_5952_form(data: str, text: str) -> None:
    assert ipv6(bytes.fromhex(data)) == text


def test_ipv4_and_mac() -> None:
    assert ipv4(b"\xc0\x00\x02\x01") == "192.0.2.1"
    assert mac(b"\x02\x54\x42\x00\x00\xab") == "02:54:42:00:00:ab"
