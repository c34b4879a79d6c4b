"""The filter, run by a small interpreter of classic BPF: what is copied whole, what only in its headers."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.capture.bpf import HEADERS, WHOLE, program
from sensor.capture.links import double
from sensor.capture.rtnetlink import Link
from tests.sensor.meter import frames as f
from tests.sensor.meter.test_differential import any_frame

DATA = b"\x17\x03\x03\x05\x00" + bytes(1300)
HELLO = b"\x16\x03\x01\x02\x00" + bytes(1300)


def run(code: bytes, packet: bytes) -> int:
    """Return what the filter returns for a packet (linux/filter.h); a load outside it drops the packet."""
    steps = list(struct.iter_unpack("=HBBI", code))
    a = x = at = 0
    while True:
        code_, true, false, k = steps[at]
        at += 1
        size = {0x28: 2, 0x48: 2, 0x30: 1, 0x50: 1, 0xB1: 1}.get(code_, 0)
        begin = k + (x if code_ in (0x48, 0x50) else 0)
        if size and begin + size > len(packet):
            return 0
        value = int.from_bytes(packet[begin : begin + size], "big")
        if code_ in (0x28, 0x48, 0x30, 0x50):
            a = value
        elif code_ == 0xB1:
            x = (value & 15) * 4
        elif code_ == 0x06:
            return k
        elif code_ in (0x15, 0x25, 0x35, 0x45):
            met = {0x15: a == k, 0x25: a > k, 0x35: a >= k, 0x45: bool(a & k)}[code_]
            at += true if met else false
        else:
            a, x = {
                0x80: (len(packet), x),
                0x01: (a, k),
                0x54: (a & k, x),
                0x74: (a >> k, x),
                0x0C: (a + x, x),
                0x07: (a, a),
            }[code_]


def datagram(payload: bytes, port: int = 9999, six: bool = False) -> bytes:
    body = f.udp(50000, port, payload)
    return f.ethernet(f.ipv6(body, 17), 0x86DD) if six else f.ethernet(f.ipv4(body, 17))


@pytest.mark.parametrize(
    ("packet", "copied"),
    [
        (f.up(f.PSH, HELLO), WHOLE),
        (f.up(f.PSH, DATA), HEADERS),
        (f.up(f.PSH, bytes(1300)), WHOLE),
        (f.up(f.PSH, b"GET / HTTP/1.1\r\n" + bytes(14_000)), WHOLE),
        (f.up(f.PSH, bytes(20_000)), HEADERS),
        (f.up(f.ACK), WHOLE),
        (f.ethernet(f.ipv6(f.tcp(1, 443, f.PSH, DATA), 6), 0x86DD), HEADERS),
        (f.ethernet(f.ipv6(f.tcp(1, 443, f.PSH, HELLO), 6), 0x86DD), WHOLE),
        (f.ethernet(f.ipv6(bytes(900), 44), 0x86DD), WHOLE),
        (datagram(b"\x45" + bytes(900)), HEADERS),
        (datagram(b"\x80" + bytes(900)), HEADERS),
        (datagram(b"\xc3" + bytes(900)), WHOLE),
        (datagram(b"\x16\xfe\xfd" + bytes(900)), WHOLE),
        (datagram(b"\x04\0\0\0" + bytes(900)), HEADERS),
        (datagram(b"\x45" + bytes(900), 53), WHOLE),
        (datagram(b"\x45" + bytes(900), 5353, six=True), WHOLE),
        (datagram(b"\x45" + bytes(900), six=True), HEADERS),
        (f.ethernet(f.ipv4(bytes(900), 17, fragment=5)), WHOLE),
        (f.ethernet(f.ipv4(bytes(900), 1)), WHOLE),
        (f.ethernet(bytes(900), 0x0806), WHOLE),
        (b"", WHOLE),
    ],
)
def test_what_is_copied(packet: bytes, copied: int) -> None:
    assert run(program(), packet) == copied


@given(any_frame, st.integers(0, 2000))
def test_no_packet_is_dropped(frame: bytes, more: int) -> None:
    assert run(program(), frame + bytes(more)) in (HEADERS, WHOLE)


def link(number: int, *kin: int) -> Link:
    return Link(number, f"eth{number}", 1, True, kin)


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ([link(1), link(2)], None),
        ([link(1, 9), link(2, 9)], None),  # two ports of one bridge, the bridge not watched
        ([link(1, 9), link(9)], (1, 9)),
        ([link(9), link(2, 9)], (2, 9)),
        ([link(1, 2), link(2, 1)], (1, 2)),
    ],
)
def test_interfaces_that_show_the_same_packets(chosen: list[Link], found: tuple[int, int] | None) -> None:
    twice = double(chosen)
    assert (twice and (twice[0].number, twice[1].number)) == found
