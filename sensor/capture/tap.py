"""Whole packets of a few MAC addresses, for a recording that a parent asked for: nothing unless it is on.

Sockets of their own, opened while that is allowed and bound to no interface: the kernel gives them nothing,
so a recording that is off costs nothing. While it is on, a filter in the kernel lets only these addresses
through. What does not fit is dropped and counted, and never the meter's: it has its ring.
"""

from __future__ import annotations

import ctypes
import socket
import struct
from collections.abc import Sequence
from typing import Final

from sensor.capture.bpf import JEQ, LD_H, RET, WHOLE, Step, assemble
from sensor.capture.packetring import ETH_P_ALL, SO_ATTACH_FILTER, SOL_PACKET, STATISTICS

FRAMES_AT_ONCE: Final = 256
"""Packets taken in one turn of the loop: a few milliseconds in which the ring fills."""

FRAME_BYTES: Final = 65_600
"""Longest packet taken: a segment that the kernel joined, with its headers."""

BUFFER_BYTES: Final = 4_194_304
SO_TIMESTAMPNS: Final = 35
LD_W: Final = 0x20
RECORD: Final = struct.Struct("=IIII")
"""Head of a record in a pcap file: seconds, nanoseconds, bytes taken, bytes on the wire."""


class Tap:
    """One socket for each interface; `sockets` become readable when there are packets, while it is on."""

    def __init__(self, interfaces: int) -> None:
        """Open so many sockets. Raises PermissionError, OSError."""
        self.sockets: list[socket.socket] = []
        self.on = False
        self.dropped = 0
        for _ in range(interfaces):
            opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            self.sockets.append(opened)
            opened.setblocking(False)
            opened.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        self._frame = bytearray(FRAME_BYTES)

    def start(self, macs: Sequence[bytes], interfaces: Sequence[str]) -> None:
        """Begin to take packets from and to these addresses. Raises OSError when an interface is gone."""
        for opened, name in zip(self.sockets, interfaces, strict=True):
            _filter(opened, only(macs))
            opened.bind((name, ETH_P_ALL))
        self.on, self.dropped = True, 0

    def stop(self) -> None:
        """Take nothing any more: the sockets move to the loopback, behind a filter that passes nothing."""
        for opened in self.sockets:
            _filter(opened, only(()))
            opened.bind(("lo", ETH_P_ALL))
        while self.on and self.read()[0]:
            pass
        self.on = False

    def read(self) -> tuple[int, bytes]:
        """Return how many packets are there, some at a time, and them as records of a pcap file."""
        found: list[bytes] = []
        for opened in self.sockets:
            while len(found) < FRAMES_AT_ONCE:
                try:
                    size, ancillary, _, _ = opened.recvmsg_into([self._frame], 64)
                except OSError:  # no packet, or the interface went down
                    break
                sec, nsec = struct.unpack("qq", ancillary[0][2][:16])
                found.append(RECORD.pack(sec, nsec, size, size) + self._frame[:size])
            _, dropped = struct.unpack("2I", opened.getsockopt(SOL_PACKET, STATISTICS, 8))
            self.dropped += dropped
        return len(found), b"".join(found)

    def close(self) -> None:
        """Close the sockets."""
        for opened in self.sockets:
            opened.close()


def only(macs: Sequence[bytes]) -> bytes:
    """Return the filter that lets whole Ethernet frames from and to these addresses through, no others."""
    steps: list[Step] = []
    for number, mac in enumerate(macs):
        following = f"from{number + 1}" if number + 1 < len(macs) else "none"
        steps += [*_is(6, mac, f"from{number}", f"to{number}"), *_is(0, mac, f"to{number}", following)]
    return assemble([*steps, Step(RET, 0, label="none"), Step(RET, WHOLE, label="whole")])


def _is(at: int, mac: bytes, label: str, other: str) -> list[Step]:
    """Return the steps that go to "whole" where a frame has an address at a place, and else to `other`."""
    high, low = struct.unpack(">IH", mac)
    return [
        Step(LD_W, at, label=label),
        Step(JEQ, high, "", other),
        Step(LD_H, at + 4),
        Step(JEQ, low, "whole", other),
    ]


def _filter(opened: socket.socket, code: bytes) -> None:
    kept = ctypes.create_string_buffer(code, len(code))
    request = struct.pack("@HP", len(code) // 8, ctypes.addressof(kept))
    opened.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, request)
