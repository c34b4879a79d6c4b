from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.records import MudUrl, Record
from tests.sensor.dissect.given import CLIENT_MAC, mutated, packet, read, weird_names

URL = b"https://bear.example/storybear2000"


def tlv(kind: int, value: bytes) -> bytes:
    return (kind << 9 | len(value)).to_bytes(2, "big") + value


CHASSIS = tlv(1, b"\x04" + bytes.fromhex("025442000021"))
PORT, TTL, END = tlv(2, b"\x03" + bytes.fromhex("025442000021")), tlv(3, b"\0\x78"), tlv(0, b"")
MUD = tlv(127, b"\x00\x00\x5e\x01" + URL)
OTHER = tlv(127, b"\x00\x12\x0f\x01\x03\x6c\x11\x00\x10")  # IEEE 802.3
FRAME = CHASSIS + PORT + TTL + OTHER + MUD + END


def lldp(payload: bytes) -> list[Record]:
    return read(packet(payload, kind="lldp", uid="", src="", sport=0, dst="", dport=0))


def test_a_mud_address_is_told_with_the_frame_it_came_in() -> None:
    told = [MudUrl(1.0, CLIENT_MAC, "0.0.0.0", URL.decode(), "lldp")]  # noqa: S104 - no address yet
    assert lldp(FRAME) == told
    assert lldp(FRAME + bytes(20)) == told  # padding of a short frame


@pytest.mark.parametrize(
    "payload",
    [
        CHASSIS + PORT + TTL + OTHER + END,
        CHASSIS + PORT + TTL + tlv(127, b"\x00\x00\x5e\x02" + URL) + END,  # another subtype
        CHASSIS + PORT + TTL + tlv(127, b"\x00\x00\x5e\x01http://bear.example/m") + END,
        CHASSIS + PORT + TTL + END + MUD,  # behind the end
        b"",
    ],
)
def test_frames_that_name_no_mud_file(payload: bytes) -> None:
    assert lldp(payload) == []


def test_a_tlv_beyond_the_end_is_told() -> None:
    assert weird_names(lldp(CHASSIS + PORT + tlv(127, b"\x00\x00\x5e\x01" + URL)[:-3])) == ["lldp_tlv_length"]


@given(st.one_of(st.binary(max_size=600), mutated(FRAME)))
def test_any_bytes(payload: bytes) -> None:
    assert len(lldp(payload)) <= 1
