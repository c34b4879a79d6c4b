"""Frames of conversations, byte by byte: Ethernet, IPv4 and IPv6, UDP and TCP. Checksums are zero."""

from __future__ import annotations

import random
import struct
from typing import Final

TIMESTAMPS: Final = b"\x01\x01\x08\x0a" + bytes(8)
SYN, SYN_ACK, ACK, PSH, FIN = 0x02, 0x12, 0x10, 0x18, 0x11
PCAP_HEADER: Final = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262_144, 1)


class Ends:
    """Two ends of a conversation, as the headers of both directions."""

    def __init__(self, mac: bytes, peer: bytes, src: bytes, dst: bytes, ports: tuple[int, int]) -> None:
        self._ports = {True: struct.pack(">HH", *ports), False: struct.pack(">HH", *ports[::-1])}
        self._link = {True: peer + mac, False: mac + peer}
        self._addresses = {True: src + dst, False: dst + src}
        self._v4 = len(src) == 4

    def _frame(self, up: bool, proto: int, transport: bytes, payload: bytes) -> bytes:
        size = len(transport) + len(payload)
        if self._v4:
            head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + size, 0, 0x4000, 64, proto, 0)
            return b"".join((self._link[up], b"\x08\0", head, self._addresses[up], transport, payload))
        head = struct.pack(">IHBB", 6 << 28, size, proto, 64)
        return b"".join((self._link[up], b"\x86\xdd", head, self._addresses[up], transport, payload))

    def udp(self, up: bool, payload: bytes) -> bytes:
        """Return a datagram."""
        return self._frame(up, 17, self._ports[up] + struct.pack(">HH", 8 + len(payload), 0), payload)

    def tcp(self, up: bool, flags: int, seq: int, ack: int, payload: bytes) -> bytes:
        """Return a segment with timestamps."""
        rest = struct.pack(">IIBBHHH", seq, ack, 0x80, flags, 512, 0, 0)
        return self._frame(up, 6, self._ports[up] + rest + TIMESTAMPS, payload)


class Tcp:
    """Numbers the segments of one connection."""

    def __init__(self, ends: Ends, rng: random.Random) -> None:
        self._ends, self._next = ends, {True: rng.getrandbits(32), False: rng.getrandbits(32)}

    def segment(self, up: bool, flags: int, payload: bytes = b"") -> bytes:
        """Return the next segment of a direction."""
        seq, ack = self._next[up], self._next[not up] if flags & ACK else 0
        self._next[up] = (seq + len(payload) + bool(flags & 0x03)) & 0xFFFFFFFF  # SYN and FIN count as one
        return self._ends.tcp(up, flags, seq, ack, payload)


def pcap_record(at_us: int, frame: bytes) -> bytes:
    """Return a frame seen at a time (microseconds since 1970) as a pcap keeps it."""
    return struct.pack("<IIII", *divmod(at_us, 1_000_000), len(frame), len(frame)) + frame
