from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.records import DhcpAck, DhcpRequest, MudUrl, Record
from tests.sensor.dissect.given import mutated, packet, read, weird_names

MAC = "02:54:42:00:00:21"
CHADDR = bytes.fromhex(MAC.replace(":", "")) + bytes(10)


def option(code: int, data: bytes) -> bytes:
    return bytes([code, len(data)]) + data


def message(
    *options: bytes,
    op: int = 1,
    ciaddr: bytes = bytes(4),
    yiaddr: bytes = bytes(4),
    sname: bytes = b"",
    file: bytes = b"",
) -> bytes:
    fixed = bytes([op, 1, 6, 0]) + bytes(8) + ciaddr + yiaddr + bytes(8) + CHADDR
    return (
        fixed
        + sname.ljust(64, b"\0")
        + file.ljust(128, b"\0")
        + b"\x63\x82\x53\x63"
        + b"".join(options)
        + b"\xff"
    )


def one(payload: bytes) -> Record:
    (found,) = read(packet(payload, sport=68, dport=67))
    return found


DISCOVER = option(53, b"\1")
REQUEST = message(
    option(53, b"\3"),
    b"\0\0",  # padding between options
    option(50, bytes([192, 168, 4, 21])),
    option(12, b"Storybox-21\0"),
    option(60, b"storybox 2.4"),
    option(61, b"\1" + CHADDR[:6]),
    option(81, b"\0\0\0box.home"),
    option(55, bytes([1, 3, 6, 15])),
)
ACK = message(
    option(53, b"\5"),
    option(54, bytes([192, 168, 4, 1])),
    option(51, b"\0\0\xa8\xc0"),
    option(3, bytes([192, 168, 4, 1])),
    option(6, bytes([192, 168, 4, 1, 9, 9, 9, 9])),
    op=2,
    yiaddr=bytes([192, 168, 4, 21]),
)


def test_a_request() -> None:
    assert one(REQUEST) == DhcpRequest(
        1.0,
        MAC,
        3,
        None,
        "192.168.4.21",
        "Storybox-21",
        "box.home",
        "storybox 2.4",
        "01025442000021",
        (1, 3, 6, 15),
    )


def test_an_acknowledgement() -> None:
    servers = ("192.168.4.1", "9.9.9.9")
    assert one(ACK) == DhcpAck(1.0, MAC, 5, "192.168.4.21", "192.168.4.1", 43200, ("192.168.4.1",), servers)


def test_what_the_client_did_not_say_is_none() -> None:
    assert one(message(DISCOVER)) == DhcpRequest(1.0, MAC, 1, None, None, None, None, None, None, ())
    assert one(message(DISCOVER, ciaddr=bytes([10, 0, 0, 9])))[3] == "10.0.0.9"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"\0\0\0box.home", "box.home"),
        (b"\4\0\0\3box\4home\0", "box.home"),
        (b"\4\0\0\3box", "box"),  # a part of a name (RFC 4702 §2.3)
        (b"\4\0\0\x3fbo", "bo"),
        (b"\0\0\0", None),
    ],
)
def test_fqdn_in_both_forms(data: bytes, name: str | None) -> None:
    found = one(message(DISCOVER, option(81, data)))
    assert isinstance(found, DhcpRequest)
    assert found.fqdn == name


def test_parts_of_an_option_are_joined() -> None:
    found = one(message(DISCOVER, option(12, b"story"), option(12, b"box")))
    assert isinstance(found, DhcpRequest)
    assert found.hostname == "storybox"


def test_options_in_the_other_fields() -> None:
    found = one(
        message(DISCOVER, option(52, b"\3"), file=option(12, b"box") + b"\xff", sname=option(60, b"v2"))
    )
    assert isinstance(found, DhcpRequest)
    assert (found.hostname, found.vendor_class) == ("box", "v2")


@pytest.mark.parametrize(
    "payload",
    [
        message(),  # BOOTP
        message(option(53, b"\6"), op=2),  # NAK
        message(option(53, b"\2")),  # a server's message in a client's direction
    ],
)
def test_messages_that_say_nothing(payload: bytes) -> None:
    assert read(packet(payload, sport=68, dport=67)) == []


@pytest.mark.parametrize(
    ("payload", "name"),
    [
        (b"", "dhcp_header"),
        (REQUEST[:239], "dhcp_header"),
        (REQUEST.replace(b"\x63\x82\x53\x63", b"\0\0\0\0"), "dhcp_header"),
        (b"\1\6" + REQUEST[2:], "dhcp_hardware"),
        (message(DISCOVER, b"\x0c\x20short"), "dhcp_option_length"),
        (message(DISCOVER)[:-1] + b"\x0c", "dhcp_option_length"),
    ],
)
def test_malformed_messages(payload: bytes, name: str) -> None:
    assert weird_names([one(payload)]) == [name]


@given(st.one_of(st.binary(max_size=300), mutated([REQUEST, ACK])))
def test_any_bytes_give_records_or_a_weird(payload: bytes) -> None:
    assert isinstance(read(packet(payload, sport=67, dport=68)), list)


@pytest.mark.parametrize(
    ("data", "urls"),
    [
        (b"https://bear.example/storybear2000", ["https://bear.example/storybear2000"]),
        (b"https://bear.example/x\0", ["https://bear.example/x"]),
        (b"http://bear.example/x", []),  # RFC 8520 §3.2 wants https
        (b"nonsense", []),
        (b"\xff\xfe", []),
    ],
)
def test_the_address_of_a_mud_file(data: bytes, urls: list[str]) -> None:
    records = read(packet(message(DISCOVER, option(161, data)), sport=68, dport=67))
    assert [record.url for record in records if isinstance(record, MudUrl)] == urls
    assert isinstance(records[0], DhcpRequest)
