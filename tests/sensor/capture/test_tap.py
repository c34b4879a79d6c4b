"""A recording takes whole packets of the addresses asked for, no others, and nothing when it is off."""

import os
import socket
import struct
import time

import pytest

from sensor.capture.tap import RECORD, Tap, only

NOBODY, SOME, OTHER = bytes(6), bytes.fromhex("020000000001"), bytes.fromhex("0200000000ff")
HEAD = struct.Struct("=HBBI")

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="packet sockets need root")


def passes(code, frame):
    """Run a classic BPF program of the few instructions that `only` uses; return what it takes of a frame."""
    accumulator = at = 0
    steps = list(HEAD.iter_unpack(code))
    while True:
        op, true, false, k = steps[at]
        at += 1
        if op == 0x06:
            return k
        if op == 0x15:
            at += true if accumulator == k else false
        else:
            size = {0x20: 4, 0x28: 2}[op]
            accumulator = int.from_bytes(frame[k : k + size], "big")


@pytest.mark.parametrize("macs", [(), (SOME,), (OTHER, SOME), (OTHER, bytes.fromhex("020000000002"), SOME)])
def test_the_filter_lets_only_these_addresses_through(macs):
    code = only(macs)
    for dst, src in (
        (SOME, NOBODY),
        (NOBODY, SOME),
        (NOBODY, NOBODY),
        (SOME[:5] + b"\x09", SOME[:4] + b"\x09\x01"),
    ):
        frame = dst + src + b"\x08\x00" + b"payload"
        assert bool(passes(code, frame)) == any(mac in (dst, src) for mac in macs)


def records(data):
    at = 0
    while at < len(data):
        _, nsec, taken, wire = RECORD.unpack_from(data, at)
        assert taken == wire
        assert nsec < 1_000_000_000
        at += RECORD.size
        yield data[at : at + taken]
        at += taken


@needs_root
def test_packets_are_taken_while_it_is_on():
    tap = Tap(1)
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def say(text):
        sender.sendto(text, ("127.0.0.1", 9))
        time.sleep(0.05)

    try:
        say(b"before")
        assert tap.read() == (0, b"")
        tap.start([NOBODY], ["lo"])  # what the loopback has for addresses
        say(b"during" * 300)
        count, frames = tap.read()
        assert any(b"during" * 300 in frame for frame in records(frames))
        assert count == len(list(records(frames)))
        tap.start([SOME], ["lo"])
        tap.read()
        say(b"another's")
        assert not any(b"another's" in frame for frame in records(tap.read()[1]))
        tap.stop()
        say(b"after")
        assert tap.read() == (0, b"")
        assert not tap.on
    finally:
        sender.close()
        tap.close()
