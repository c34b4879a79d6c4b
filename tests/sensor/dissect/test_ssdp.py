from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.records import Record, SsdpAnnouncement
from tests.sensor.dissect.given import CLIENT, CLIENT_MAC, mutated, packet, read, weird_names

NOTIFY = (
    b"NOTIFY * HTTP/1.1\r\nHost: 239.255.255.250:1900\r\nNT: upnp:rootdevice\r\nNTS: ssdp:alive\r\n"
    b"USN: uuid:21\r\nSERVER: Linux UPnP/1.0 Storybox/2.4\r\nLOCATION: http://192.168.4.21/d.xml\r\n\r\n"
)
SEARCH = b'M-SEARCH * HTTP/1.1\r\nST: ssdp:all\r\nMAN: "ssdp:discover"\r\nUSER-AGENT: tablet/9\r\n\r\n'
ANSWER = b"HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\nUSN: uuid:21\r\n\r\n"


def announced(payload: bytes) -> list[Record]:
    return read(packet(payload, sport=1900, dport=1900))


def expected(kind: str, target: str | None, **fields: str) -> list[Record]:
    bare = SsdpAnnouncement(1.0, CLIENT_MAC, CLIENT, kind, target, None, None, None, None)
    return [bare._replace(**fields)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("payload", "records"),
    [
        (
            NOTIFY,
            expected(
                "notify",
                "upnp:rootdevice",
                usn="uuid:21",
                server="Linux UPnP/1.0 Storybox/2.4",
                location="http://192.168.4.21/d.xml",
            ),
        ),
        (SEARCH, expected("search", "ssdp:all", user_agent="tablet/9")),
        (ANSWER, expected("response", "upnp:rootdevice", usn="uuid:21")),
        (ANSWER.rstrip(), expected("response", "upnp:rootdevice", usn="uuid:21")),  # no empty line
        (ANSWER.replace(b"\r\n", b"\n"), expected("response", "upnp:rootdevice", usn="uuid:21")),
        (b"notify * HTTP/1.1\r\n\r\n", expected("notify", None)),
        (b"NOTIFY * HTTP/1.1\r\nSERVER:\r\n\r\n", expected("notify", None, server="")),
    ],
)
def test_messages(payload: bytes, records: list[Record]) -> None:
    assert announced(payload) == records


@pytest.mark.parametrize(
    ("payload", "name"),
    [
        (b"", "ssdp_start_line"),
        (b"GET / HTTP/1.1\r\n\r\n", "ssdp_start_line"),
        (b"\xff\xfe\xfd", "ssdp_start_line"),
        (b"NOTIFY * HTTP/1.1\r\nno colon\r\n\r\n", "ssdp_header_colon"),
        (b"NOTIFY * HTTP/1.1\r\nA: " + b"x" * 20_000, "ssdp_long_head"),
    ],
)
def test_malformed_messages(payload: bytes, name: str) -> None:
    assert weird_names(announced(payload)) == [name]


@given(st.one_of(st.binary(max_size=200), mutated([NOTIFY, SEARCH, ANSWER])))
def test_any_bytes_give_records_or_a_weird(payload: bytes) -> None:
    assert isinstance(announced(payload), list)
