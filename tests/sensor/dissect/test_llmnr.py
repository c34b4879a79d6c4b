from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from sensor.records import LocalName, Record
from tests.sensor.dissect.given import CLIENT, CLIENT_MAC, mutated, packet, read, weird_names

NAME = b"\x0bStorybox-21\0"
QUERY = struct.pack(">6H", 7, 0, 1, 0, 0, 0) + NAME + b"\0\1\0\1"
ANSWER = (
    struct.pack(">6H", 7, 0x8000, 1, 1, 0, 0) + NAME + b"\0\1\0\1\xc0\x0c\0\1\0\1\0\0\0\x1e\0\4\xc0\xa8\4\x15"
)


def llmnr(payload: bytes) -> list[Record]:
    return read(packet(payload, dport=5355))


def test_a_query() -> None:
    assert llmnr(QUERY) == [LocalName(1.0, CLIENT_MAC, CLIENT, "llmnr", "query", "storybox-21", None, ())]


def test_a_claim() -> None:
    assert llmnr(ANSWER) == [
        LocalName(1.0, CLIENT_MAC, CLIENT, "llmnr", "claim", "storybox-21", None, ("192.168.4.21",))
    ]


def test_malformed() -> None:
    assert weird_names(llmnr(QUERY[:20])) == ["llmnr_truncated"]


@given(st.one_of(st.binary(min_size=1, max_size=60), mutated([QUERY, ANSWER])))
def test_any_bytes_give_records_or_a_weird(payload: bytes) -> None:
    assert isinstance(llmnr(payload or b"x"), list)
