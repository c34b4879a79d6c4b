from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.records import EncryptedDns, Loss, Record, TlsClientHello
from tests.sensor.dissect.given import CLIENT, CLIENT_MAC, SERVER, mutated, read, segments, weird_names
from tests.sensor.dissect.hellos import algorithms, alpn, hello, record, server_name, versions

HELLO = hello([server_name(b"api.storybox.example"), alpn(b"h2"), versions(0x0304), algorithms(0x0403)])
STREAM = record(HELLO)
EXPECTED = TlsClientHello(
    1.0,
    "F1",
    CLIENT_MAC,
    "tcp",
    CLIENT,
    40000,
    SERVER,
    40001,
    "api.storybox.example",
    ("h2",),
    (0x0304,),
    "t13d0104h2_62ed6f923a75_fd6b1c4d4dd0",
    False,
)


def test_a_hello_in_one_segment() -> None:
    (found,) = read(*segments([STREAM]))
    assert isinstance(found, TlsClientHello)
    assert found._replace(ja4=EXPECTED.ja4) == EXPECTED
    assert found.ja4.startswith("t13d0104h2_")


@pytest.mark.parametrize("size", [1, 2, 5, 6, 50, len(STREAM) - 1])
def test_a_hello_in_pieces(size: int) -> None:
    parts = [STREAM[at : at + size] for at in range(0, len(STREAM), size)]
    assert read(*segments(parts)) == read(*segments([STREAM]))


@pytest.mark.parametrize("cut", [1, 3, 4, 60])
def test_a_hello_over_two_records(cut: int) -> None:
    assert read(*segments([record(HELLO[:cut]) + record(HELLO[cut:])])) == read(*segments([STREAM]))


@pytest.mark.parametrize("order", [(1, 0, 2), (0, 2, 1), (2, 1, 0), (0, 1, 1, 0, 2)])
def test_segments_in_any_order(order: tuple[int, ...]) -> None:
    parts = segments([STREAM[:40], STREAM[40:90], STREAM[90:]], seq=0xFFFFFFF0)
    assert read(*[parts[number] for number in order]) == read(*segments([STREAM]))


def test_only_the_first_hello_of_a_direction() -> None:
    assert len(read(*segments([STREAM, STREAM]))) == 1


def test_a_hello_after_a_greeting_in_clear() -> None:
    assert len(read(*segments([b"EHLO box\r\n", b"STARTTLS\r\n", STREAM]))) == 1


@pytest.mark.parametrize(
    ("fields", "name", "kind", "reason"),
    [
        ({"dport": 853}, b"anything.example", "dot", "port"),
        ({}, b"dns.google", "doh", "name"),
        ({}, b"ab12cd.dns.nextdns.io", "doh", "name"),
        ({}, b"dns.adguard-dns.com", "doh", "name"),
    ],
)
def test_a_hello_to_a_resolver(fields: dict[str, int], name: bytes, kind: str, reason: str) -> None:
    stream = record(hello([server_name(name), versions(0x0304)]))
    _, found = read(*segments([stream], **fields))
    assert isinstance(found, EncryptedDns)
    assert (found.kind, found.reason, found.server_name) == (kind, reason, name.decode())


@pytest.mark.parametrize("name", [b"www.adguard.com", b"notdns.google", b"dns.google.example"])
def test_a_hello_to_no_resolver(name: bytes) -> None:
    assert len(read(*segments([record(hello([server_name(name)]))]))) == 1


def test_a_hello_without_name_to_a_resolvers_address() -> None:
    assert len(read(*segments([record(hello([versions(0x0304)]))], dst="1.1.1.1"))) == 2


@pytest.mark.parametrize(
    "stream",
    [
        b"\x17\x03\x03\0\x04abcd",
        b"\x16\x02\x03\0\x04abcd",
        b"SSH-2.0-box\r\n",
    ],
)
def test_what_is_no_hello_is_left_alone(stream: bytes) -> None:
    assert read(*segments([stream])) == []


@pytest.mark.parametrize(
    ("stream", "name"),
    [
        (b"\x16\x03\x01\xff\xff\x01", "tls_record"),
        (b"\x16\x03\x01\x00\x00\x01", "tls_record"),
        (record(HELLO[:9]) + b"\x17\x03\x01\0\x01x", "tls_record"),
        (record(b"\x01\0\0\x02\3\3"), "tls_truncated_hello"),
        (record(b"\x01\xff\xff\xff"), "tls_long_hello"),
    ],
)
def test_malformed_streams(stream: bytes, name: str) -> None:
    assert weird_names(read(*segments([stream, STREAM]))) == [name]


def test_a_missing_segment_is_a_loss() -> None:
    first, _, last, *later = segments([STREAM[:40], STREAM[40:90], STREAM[90:], *[b"x" * 1400] * 64])
    found: list[Record] = read(first, last, *later)
    assert [(record.kind, record.lost) for record in found if isinstance(record, Loss)] == [("reassembly", 1)]
    assert len(found) == 1


@given(st.lists(st.one_of(st.binary(max_size=60), mutated([STREAM])), max_size=4))
def test_any_bytes_give_records_or_a_weird(parts: list[bytes]) -> None:
    assert isinstance(read(*segments([STREAM[:50], *parts])), list)
    assert isinstance(read(*segments(parts)), list)
