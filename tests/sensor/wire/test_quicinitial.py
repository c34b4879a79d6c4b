from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.wire.malformed import Malformed
from sensor.wire.quicinitial import Initial, client_keys, crypto_frames, decrypt, initials

# Appendix A.1 of RFC 9001, RFC 9369 and the drafts of RFC 9001: keys of a client of this connection id.
CONNECTION_ID = bytes.fromhex("8394c8f03e515708")
V1, V2, DRAFT, DRAFT_27 = 0x00000001, 0x6B3343CF, 0xFF00001D, 0xFF00001B


@pytest.mark.parametrize(
    ("version", "key", "iv", "header_key"),
    [
        (
            V1,
            "1f369613dd76d5467730efcbe3b1a22d",
            "fa044b2f42a3fd3b46fb255c",
            "9f50449e04a0e810283a1e9933adedd2",
        ),
        (
            V2,
            "8b1a0bc121284290a29e0971b5cd045d",
            "91f73e2351d8fa91660e909f",
            "45b95e15235d6f45a6b19cbcb0294ba9",
        ),
        (
            DRAFT,
            "175257a31eb09dea9366d8bb79ad80ba",
            "6b26114b9cba2b63a9e8dd4f",
            "9ddd12c994c0698b89374a9c077a3077",
        ),
        (
            DRAFT_27,
            "af7fd7efebd21878ff66811248983694",
            "8681359410a70bb9c92f0420",
            "a980b8b4fb7d9fbc13e814c23164253d",
        ),
    ],
)
def test_keys_of_the_rfcs(version: int, key: str, iv: str, header_key: str) -> None:
    keys = client_keys(version, CONNECTION_ID)
    assert (keys.key.hex(), f"{keys.iv:024x}", keys.header_key.hex()) == (key, iv, header_key)


def long_header(kind: int, rest: bytes, version: int = V1, size: int = 8) -> bytes:
    first = 0xC0 | kind << 4
    return bytes([first]) + version.to_bytes(4, "big") + bytes([size]) + CONNECTION_ID + b"\0" + rest


def framed(body: bytes) -> bytes:
    return bytes([len(body)]) + body


INITIAL = long_header(0, b"\0" + framed(b"x" * 30))


@pytest.mark.parametrize(
    ("datagram", "count"),
    [
        (INITIAL, 1),
        (INITIAL + INITIAL, 2),
        (long_header(2, framed(b"handshake")) + INITIAL, 1),
        (INITIAL + b"\x40short header", 1),
        (INITIAL + bytes(50), 1),
        (long_header(3, b"retry"), 0),
        (long_header(0, b"\0" + framed(b"x" * 30), version=0x0A0A0A0A), 0),
        (long_header(1, b"\0" + framed(b"x" * 30), version=V2), 1),
        (long_header(0, b"\3tok" + framed(b"x" * 30), version=DRAFT), 1),
        (INITIAL * 20, 8),
        (b"", 0),
    ],
)
def test_coalesced_packets(datagram: bytes, count: int) -> None:
    found = list(initials(datagram))
    assert len(found) == count
    assert all(initial.destination_id == CONNECTION_ID for initial in found)


@pytest.mark.parametrize(
    ("datagram", "what"),
    [
        (INITIAL[:-1], "packet_length"),
        (INITIAL[:10], "truncated_header"),
        (long_header(0, b"\0\xff"), "truncated_header"),
        (long_header(0, b"\0" + framed(b"x"), size=200), "connection_id"),
    ],
)
def test_datagrams_that_contradict_themselves(datagram: bytes, what: str) -> None:
    with pytest.raises(Malformed) as raised:
        list(initials(datagram))
    assert raised.value.what == what


def test_what_does_not_decrypt_is_none() -> None:
    (initial,) = initials(INITIAL)
    keys = client_keys(V1, CONNECTION_ID)
    assert decrypt(initial, keys) is None
    assert decrypt(Initial(V1, CONNECTION_ID, INITIAL[:20], 17), keys) is None


@pytest.mark.parametrize(
    ("frames", "expected"),
    [
        (b"", []),
        (bytes(40), []),
        (b"\x06\x00\x03abc", [(0, b"abc")]),
        (b"\0\0\x01\x06\x40\x64\x01z\x01\x06\x00\x01a\0", [(100, b"z"), (0, b"a")]),
        (b"\x02\x05\x01\x00\x02\x06\x00\x01a", [(0, b"a")]),
        (b"\x02\x05\x01\x01\x02\x03\x04\x06\x00\x01a", [(0, b"a")]),
        (b"\x03\x05\x01\x00\x02\x01\x02\x03\x06\x00\x01a", [(0, b"a")]),
        (b"\x06\x00\x01a\x1c\x01\xff\xff", [(0, b"a")]),
    ],
)
def test_crypto_frames_among_others(frames: bytes, expected: list[tuple[int, bytes]]) -> None:
    assert list(crypto_frames(frames)) == expected


@pytest.mark.parametrize(
    ("frames", "what"),
    [
        (b"\x06\x00\x09abc", "truncated_frame"),
        (b"\x06\x40", "truncated_frame"),
        (b"\x02\x05\x01\xbf\xff\xff\xff\x01", "truncated_frame"),
        (b"\x08stream", "frame_type"),
    ],
)
def test_frames_that_may_not_be(frames: bytes, what: str) -> None:
    with pytest.raises(Malformed) as raised:
        list(crypto_frames(frames))
    assert raised.value.what == what


@given(st.binary(max_size=120))
def test_any_bytes_are_packets_and_frames_or_malformed(data: bytes) -> None:
    for read in (initials, crypto_frames):
        try:
            list(read(data))  # type: ignore[operator]
        except Malformed as error:
            assert error.detail
