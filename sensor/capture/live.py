"""Live packets of one interface, as the blocks of an endless capture (AF_PACKET, packet(7)).

The wire length is that the kernel gives; under receive offload several packets arrive as one.
"""

from __future__ import annotations

import socket
import struct
import time
from typing import Final

from sensor.meter.block import Block

SNAP_BYTES: Final = 65_536
"""Bytes read of one packet: the longest that receive offload hands up."""

BATCH_PACKETS: Final = 512
"""Packets in one block: bounds the time between two looks at the rest of the loop."""

ETH_P_ALL: Final = 0x0003
PCAP_NANO_ETHERNET: Final = struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, SNAP_BYTES, 1)
ETHERNET_TYPES: Final = frozenset((1, 772))
"""ARPHRD of Ethernet (Wi-Fi too) and loopback, whose frames have Ethernet headers (linux/if_arp.h)."""


class LiveError(Exception):
    """The interface cannot be captured: says why and what to do."""


class LiveCapture:
    """One interface. `fileno` is readable when packets wait; `read` takes what is there."""

    def __init__(self, interface: str) -> None:
        """Open the interface. Raises LiveError."""
        names = [name for _, name in socket.if_nameindex()]
        if interface not in names:
            raise LiveError(f"no interface is called {interface!r}; this machine has {', '.join(names)}")
        try:
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
            self._socket.bind((interface, ETH_P_ALL))
        except PermissionError as error:
            raise LiveError(
                f"capturing on {interface} needs the right CAP_NET_RAW: run it with sudo, or as the service"
            ) from error
        except OSError as error:
            raise LiveError(f"cannot capture on {interface}: {error.strerror}") from error
        self._socket.setblocking(False)
        kind = self._socket.getsockname()[3]
        if kind not in ETHERNET_TYPES:
            raise LiveError(f"{interface} is of link type {kind}, expected Ethernet or Wi-Fi")
        self._first = True
        self.interface = interface

    def fileno(self) -> int:
        """Return the socket's descriptor, for select."""
        return self._socket.fileno()

    def read(self) -> Block:
        """Return the packets that wait, at most BATCH_PACKETS. Raises OSError when the interface is gone."""
        parts = [PCAP_NANO_ETHERNET] if self._first else []
        for _ in range(BATCH_PACKETS):
            try:
                frame = self._socket.recv(SNAP_BYTES)
            except BlockingIOError:
                break
            sec, nsec = divmod(time.time_ns(), 1_000_000_000)
            parts.append(struct.pack("<IIII", sec, nsec, len(frame), len(frame)) + frame)
        first, self._first = self._first, False
        return Block(b"".join(parts), "pcap", first, False)

    def drops(self) -> int:
        """Return how many packets the kernel dropped since the last call (PACKET_STATISTICS)."""
        sol_packet, packet_statistics = 263, 6
        _, dropped = struct.unpack("II", self._socket.getsockopt(sol_packet, packet_statistics, 8))
        return int(dropped)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()
