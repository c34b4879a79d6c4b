from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.records import Record, StunRequest
from tests.sensor.dissect.given import CLIENT, CLIENT_MAC, SERVER, mutated, packet, read, weird_names

COOKIE = b"\x21\x12\xa4\x42"
SOFTWARE = b"\x80\x22\0\5box 2\0\0\0"
BINDING = b"\0\1\0\x14" + COOKIE + bytes(12) + SOFTWARE + b"\0\6\0\4user"


def stun(*payloads: bytes) -> list[Record]:
    return read(*[packet(payload, dport=3478) for payload in payloads])


def test_a_request_is_told_once() -> None:
    assert stun(BINDING, BINDING) == [
        StunRequest(1.0, "F1", CLIENT_MAC, CLIENT, SERVER, 3478, "binding", "box 2", True)
    ]


def test_turn() -> None:
    (found,) = stun(b"\0\3\0\0" + COOKIE + bytes(12))
    assert found[6:] == ("allocate", None, False)


@pytest.mark.parametrize("payload", [b"\1\1\0\0" + COOKIE + bytes(12), BINDING[:19], b"\0\1\0\0" + bytes(16)])
def test_others_give_nothing(payload: bytes) -> None:
    assert stun(payload) == []


@pytest.mark.parametrize(
    ("payload", "what"), [(BINDING[:-1], "length"), (BINDING[:-5] + b"\x09user", "attribute_length")]
)
def test_malformed(payload: bytes, what: str) -> None:
    assert weird_names(stun(payload)) == [f"stun_{what}"]


@given(st.lists(st.one_of(st.binary(max_size=60), mutated([BINDING])), max_size=3))
def test_any_bytes_give_records_or_a_weird(payloads: list[bytes]) -> None:
    assert isinstance(stun(*payloads), list)
