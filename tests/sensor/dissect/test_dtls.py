from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.records import Record, TlsClientHello
from tests.sensor.dissect.given import mutated, packet, read, weird_names
from tests.sensor.dissect.hellos import hello, server_name, sized, u16

TLS = hello([server_name(b"voice.storybox.example")], version=0xFEFD)
SESSION_END = 4 + 2 + 32 + 1
BODY = TLS[4:SESSION_END] + sized(b"cookie", 1) + TLS[SESSION_END:]


def fragment(at: int, size: int) -> bytes:
    """Return a DTLS record with this part of the hello."""
    part = BODY[at : at + size]
    message = b"\1" + len(BODY).to_bytes(3, "big") + b"\0\0" + at.to_bytes(3, "big") + sized(part, 3)
    return b"\x16\xfe\xfd" + bytes(8) + u16(len(message)) + message


WHOLE = fragment(0, len(BODY))


def dtls(*payloads: bytes) -> list[Record]:
    return read(*[packet(payload) for payload in payloads])


def test_a_hello_in_one_packet() -> None:
    (found,) = dtls(WHOLE)
    assert isinstance(found, TlsClientHello)
    assert (found.transport, found.server_name, found.versions) == (
        "dtls",
        "voice.storybox.example",
        (0xFEFD,),
    )
    assert found.ja4.startswith("dd2d0101")


@pytest.mark.parametrize(
    "payloads",
    [
        (fragment(0, 20), fragment(20, 500)),
        (fragment(20, 500), fragment(0, 20)),
        (fragment(0, 20) + fragment(20, 500),),
        (WHOLE, WHOLE),
    ],
)
def test_fragments_and_repetitions(payloads: tuple[bytes, ...]) -> None:
    assert dtls(*payloads) == dtls(WHOLE)


@pytest.mark.parametrize(
    ("payload", "name"),
    [
        (WHOLE[:-1], "dtls_record"),
        (WHOLE[:14] + b"\xff\xff\xff" + WHOLE[17:], "dtls_long_hello"),
        (WHOLE[:22] + b"\0\0\1" + WHOLE[25:], "dtls_fragment"),
    ],
)
def test_malformed(payload: bytes, name: str) -> None:
    assert weird_names(dtls(payload)) == [name]


@given(st.lists(st.one_of(st.binary(max_size=60), mutated([WHOLE, fragment(0, 20)])), max_size=4))
def test_any_bytes_give_records_or_a_weird(payloads: list[bytes]) -> None:
    assert isinstance(dtls(*payloads), list)
