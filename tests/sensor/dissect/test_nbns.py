from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.records import LocalName, Record
from tests.sensor.dissect.given import CLIENT, CLIENT_MAC, mutated, packet, read, weird_names


def name(text: bytes, suffix: int) -> bytes:
    """Return a name as RFC 1001 §14.1 encodes it."""
    whole = text.ljust(15) + bytes((suffix,))
    return b"\x20" + b"".join(bytes((65 + (byte >> 4), 65 + (byte & 15))) for byte in whole) + b"\0"


NB = b"\0\x20\0\1"
ADDRESS = b"\0\6\0\0\xc0\xa8\4\x15"
QUERY = struct.pack(">6H", 7, 0x0110, 1, 0, 0, 0) + name(b"FILES", 0x20) + NB
CLAIM = (
    struct.pack(">6H", 7, 0x2910, 1, 0, 0, 1)
    + name(b"STORYBOX", 0)
    + NB
    + b"\xc0\x0c"
    + NB
    + bytes(4)
    + ADDRESS
)
ANSWER = struct.pack(">6H", 7, 0x8500, 0, 1, 0, 0) + name(b"FILES", 0x20) + NB + bytes(4) + ADDRESS


def nbns(payload: bytes) -> list[Record]:
    return read(packet(payload, sport=137, dport=137))


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (QUERY, ("query", "FILES", 0x20, ())),
        (CLAIM, ("claim", "STORYBOX", 0, ("192.168.4.21",))),
        (ANSWER, ("claim", "FILES", 0x20, ("192.168.4.21",))),
    ],
)
def test_messages(payload: bytes, expected: tuple[object, ...]) -> None:
    assert nbns(payload) == [LocalName(1.0, CLIENT_MAC, CLIENT, "nbns", *expected)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "payload",
    [QUERY[:-4] + b"\0\x21\0\1", ANSWER[:3] + b"\3" + ANSWER[4:], b"\0\0\x3c\0" + QUERY[4:]],
    ids=["node status", "refusal", "wait"],
)
def test_others_give_nothing(payload: bytes) -> None:
    assert nbns(payload) == []


@pytest.mark.parametrize(
    ("payload", "what"),
    [
        (QUERY[:11], "header"),
        (QUERY[:30], "name"),
        (QUERY[:45], "truncated"),
        (QUERY[:45] + b"\1a" * 20, "scope"),
    ],
)
def test_malformed(payload: bytes, what: str) -> None:
    assert weird_names(nbns(payload)) == [f"nbns_{what}"]


@given(st.one_of(st.binary(min_size=1, max_size=60), mutated([QUERY, CLAIM, ANSWER])))
def test_any_bytes_give_records_or_a_weird(payload: bytes) -> None:
    assert isinstance(nbns(payload or b"x"), list)
