from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.wire.clienthello import MAX_EXTENSIONS, ClientHello, parse
from sensor.wire.malformed import Malformed
from tests.sensor.dissect.given import mutated
from tests.sensor.dissect.hellos import Extension, algorithms, alpn, hello, server_name, sized, versions

FULL = hello(
    [
        (0x0A0A, b""),
        server_name(b"API.Storybox.example."),
        alpn(b"h2", b"http/1.1"),
        versions(0x1A1A, 0x0304, 0x0303),
        algorithms(0x0403, 0x0804),
    ],
    ciphers=(0xBABA, 0x1301, 0x1302),
)


def read(extensions: list[Extension] | None) -> ClientHello:
    found = parse(hello(extensions), "t")
    assert found
    return found


def test_a_whole_hello() -> None:
    found = parse(FULL, "t")
    assert found
    assert found.server_name == "api.storybox.example"
    assert found.alpn == ("h2", "http/1.1")
    assert found.versions == (0x0304, 0x0303)
    assert found.ja4.startswith("t13d0204h2_")
    assert not found.ech


@pytest.mark.parametrize("size", [0, 1, 3, 4, 40, len(FULL) - 1])
def test_a_part_of_a_hello_needs_more(size: int) -> None:
    assert parse(FULL[:size], "t") is None


def test_what_follows_the_hello_is_not_read() -> None:
    assert parse(FULL + b"\xff" * 50, "t") == parse(FULL, "t")


@pytest.mark.parametrize("extensions", [None, []])
def test_without_extensions(extensions: list[Extension] | None) -> None:
    assert read(extensions)[:3] == (None, (), (0x0303,))


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b"", None),  # a server answers so; some clients send it
        (sized(b"\1" + sized(b"other")), None),  # a name type nobody knows
        (sized(b"\0" + sized(b"B\xc3\xa4r.example")), "bär.example"),
        (sized(b"\0" + sized(b"a\0b")), "a\\x00b"),
    ],
)
def test_server_names(body: bytes, name: str | None) -> None:
    found = read([(0, body)])
    assert found.server_name == name
    assert found.ja4[3] == "d"  # the extension is there whatever it holds


@pytest.mark.parametrize(("body", "ech"), [(b"\0\0\1\0\1\x42", True), (b"\1", False), (b"", False)])
def test_encrypted_client_hello_is_of_type_outer(body: bytes, ech: bool) -> None:
    assert read([(0xFE0D, body)]).ech is ech


def test_the_first_of_two_extensions_counts() -> None:
    assert read([server_name(b"one.example"), server_name(b"two.example")]).server_name == "one.example"


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"\x02\0\0\x10", "not_a_hello"),
        (b"\x01\xff\xff\xff", "long_hello"),
        (b"\x01\0\0\x02\x03\x03", "truncated_hello"),
        (b"\x01" + sized(FULL[4:-3], 3), "truncated_hello"),
        (b"\x01" + sized(FULL[4:38] + b"\xff" + FULL[39:], 3), "truncated_hello"),
        (hello([(0, sized(b"\0" + b"\0\xff" + b"short"))]), "truncated_hello"),
        (hello([(16, b"\0\5\xffh2")]), "truncated_hello"),
        (hello([(1, b"")] * (MAX_EXTENSIONS + 1)), "many_extensions"),
    ],
)
def test_what_contradicts_itself_is_malformed(data: bytes, what: str) -> None:
    with pytest.raises(Malformed) as raised:
        parse(data, "t")
    assert raised.value.what == what


@given(st.one_of(st.binary(max_size=200), mutated([FULL, hello([])])))
def test_any_bytes_are_a_hello_or_more_or_malformed(data: bytes) -> None:
    try:
        found = parse(data, "q")
    except Malformed as error:
        assert error.detail
    else:
        assert found is None or len(found.ja4) == 36
