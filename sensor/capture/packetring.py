"""One AF_PACKET socket with its TPACKET_V3 ring (packet(7), linux/if_packet.h): blocks in, drops told.

The socket and its ring outlive the interface: they are bound again when it comes back, without privilege.
"""

from __future__ import annotations

import ctypes
import mmap
import socket
import struct
from collections.abc import Callable
from typing import Final

from sensor.capture.bpf import program
from sensor.meter.block import Block

BLOCK_BYTES: Final = 262_144
"""Bytes of a block: a thousand packets, so that waking up for them costs little of each."""

RETIRE_MS: Final = 100
"""The kernel hands over a block that is not full after so long: the sensor's usual lag."""

RING_BYTES: Final = 16_777_216
"""64 blocks: six seconds of a quiet line, and 0.4 s of 150,000 small packets a second."""

FRAME_BYTES: Final = 2_048
"""Required by the kernel, without meaning for TPACKET_V3."""

SOL_PACKET: Final = 263
ADD_MEMBERSHIP, RX_RING, STATISTICS, VERSION, VNET_HDR, FANOUT, IGNORE_OUTGOING = 1, 5, 6, 10, 15, 18, 23
TPACKET_V3: Final = 2
PROMISCUOUS: Final = 1
FANOUT_HASH: Final = 0
SO_ATTACH_FILTER: Final = 26
ETH_P_ALL: Final = 0x0003
STATUS_AT: Final = 8
"""Where a block's status stands in it, as a 32-bit number: 0 the kernel fills it, 1 it is ours."""


class PacketRing:
    """A ring, bound to at most one interface. `fileno` is readable when a block is ready."""

    def __init__(self, ring_bytes: int = RING_BYTES) -> None:
        """Open the socket and map its ring. Raises PermissionError, OSError."""
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        try:
            self._map = self._make_ring(max(2, ring_bytes // BLOCK_BYTES))
        except OSError:
            self._socket.close()
            raise
        self._view = memoryview(self._map)
        self._status = self._view.cast("I")
        self._next = 0

    def _make_ring(self, blocks: int) -> mmap.mmap:
        self._set(VERSION, TPACKET_V3)
        self._set(VNET_HDR, 1)
        frames = blocks * (BLOCK_BYTES // FRAME_BYTES)
        request = struct.pack("7I", BLOCK_BYTES, blocks, FRAME_BYTES, frames, RETIRE_MS, 0, 0)
        self._socket.setsockopt(SOL_PACKET, RX_RING, request)
        self._filter(program())
        return mmap.mmap(self._socket.fileno(), blocks * BLOCK_BYTES, mmap.MAP_SHARED)

    def _set(self, option: int, value: int) -> None:
        self._socket.setsockopt(SOL_PACKET, option, value)

    def _filter(self, code: bytes) -> None:
        kept = ctypes.create_string_buffer(code, len(code))
        request = struct.pack("@HP", len(code) // 8, ctypes.addressof(kept))
        self._socket.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, request)

    def bind(self, name: str, index: int, *, promiscuous: bool, loopback: bool) -> None:
        """Watch the interface of this number from now on. Raises OSError when it is gone.

        On the loopback each packet goes out and comes in: only what comes in is taken.
        """
        self._set(IGNORE_OUTGOING, int(loopback))
        self._socket.bind((name, ETH_P_ALL))
        if promiscuous:
            self._socket.setsockopt(
                SOL_PACKET, ADD_MEMBERSHIP, struct.pack("iHH8s", index, PROMISCUOUS, 0, b"")
            )

    def join(self, group: int) -> None:
        """Share the interface's flows with the other sockets of a group (PACKET_FANOUT), after `bind`."""
        self._set(FANOUT, group | FANOUT_HASH << 16)

    def fileno(self) -> int:
        return self._socket.fileno()

    def read(self, take: Callable[[Block], None]) -> bool:
        """Hand the next block to `take`, which copies what it keeps; return False when none is ready."""
        at = self._next * BLOCK_BYTES
        status = (at + STATUS_AT) // 4
        if not self._status[status] & 1:
            self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)  # ENETDOWN would wake us for ever
            return False
        try:
            take(Block(self._view[at : at + BLOCK_BYTES], "ring", False, False))
        finally:
            self._status[status] = 0
            self._next = (self._next + 1) % (len(self._map) // BLOCK_BYTES)
        return True

    def drops(self) -> int:
        """Return how many packets found no room in the ring since the last call (PACKET_STATISTICS)."""
        _, dropped, _ = struct.unpack("3I", self._socket.getsockopt(SOL_PACKET, STATISTICS, 12))
        return int(dropped)

    def close(self) -> None:
        """Close the socket and unmap its ring."""
        self._status.release()
        self._view.release()
        self._map.close()
        self._socket.close()
