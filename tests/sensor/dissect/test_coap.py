from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.records import CoapRequest, Record
from tests.sensor.dissect.given import CLIENT, CLIENT_MAC, SERVER, mutated, packet, read, weird_names

REQUEST = (
    b"\x44\2\0\1toke"
    + b"\x3bBox.example"
    + b"\x82v1"
    + b"\x05state"
    + b"\x47id=AB12"
    + b"\x05debug"
    + b"\xffbody"
)


def coap(payload: bytes) -> list[Record]:
    return read(packet(payload, dport=5683))


def test_a_request() -> None:
    assert coap(REQUEST) == [
        CoapRequest(1.0, "F1", CLIENT_MAC, CLIENT, SERVER, 5683, "POST", "box.example", "/v1/state", ("id",))
    ]


def test_a_long_option() -> None:
    (found,) = coap(b"\x40\1\0\1\xbd\7" + b"p" * 20)
    assert isinstance(found, CoapRequest) and found.path == "/" + "p" * 20


@pytest.mark.parametrize("payload", [b"\x40\0\0\1", b"\x60\x45\0\1", b"\x80\1\0\1", b"\x40"])
def test_answers_and_others_give_nothing(payload: bytes) -> None:
    assert coap(payload) == []


@pytest.mark.parametrize("payload", [b"\x40\1\0\1\xbd", b"\x40\1\0\1\xf0", b"\x40\1\0\1\xb5ab"])
def test_malformed(payload: bytes) -> None:
    assert weird_names(coap(payload)) == ["coap_truncated"]


@given(st.one_of(st.binary(min_size=1, max_size=60), mutated([REQUEST])))
def test_any_bytes_give_records_or_a_weird(payload: bytes) -> None:
    assert isinstance(coap(payload or b"x"), list)
