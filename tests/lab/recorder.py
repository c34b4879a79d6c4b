"""Writes what passes an interface into a pcapng file, from a plain AF_PACKET socket with kernel times.

`python -m tests.lab.recorder OUT --interface NAME` writes until SIGTERM, then says how many packets.
"""

from __future__ import annotations

import argparse
import signal
import socket
import struct
import time
from io import BufferedWriter
from pathlib import Path
from typing import Final

ETH_P_ALL: Final = 3
SO_TIMESTAMPNS: Final = 35
SO_RCVBUFFORCE: Final = 33
"""Beyond net.core.rmem_max, which is a hundredth of what a firmware download in a lab needs; for root."""

SOL_PACKET: Final = 263
PACKET_STATISTICS: Final = 6
SNAPLEN: Final = 65_535
RECEIVE_BUFFER: Final = 64 << 20
"""Bytes of socket buffer: a firmware download, while others have the processor."""


def block(kind: int, body: bytes) -> bytes:
    """Return one pcapng block (draft-ietf-opsawg-pcapng §3.1)."""
    body += bytes(-len(body) % 4)
    length = struct.pack("<I", len(body) + 12)
    return struct.pack("<I", kind) + length + body + length


def file_head(interface: str) -> bytes:
    """Return section header and interface description: Ethernet, nanoseconds."""
    section = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    label = interface.encode()
    options = struct.pack("<HH", 2, len(label)) + label + bytes(-len(label) % 4)
    options += struct.pack("<HHB3x", 9, 1, 9) + bytes(4)
    return section + block(1, struct.pack("<HHI", 1, 0, SNAPLEN) + options)


def packet_block(seconds: int, nanoseconds: int, data: bytes, wire_length: int) -> bytes:
    """Return an enhanced packet block."""
    stamp = seconds * 1_000_000_000 + nanoseconds
    head = struct.pack("<IIIII", 0, stamp >> 32, stamp & 0xFFFFFFFF, len(data), wire_length)
    return block(6, head + data)


def record(interface: str, out: BufferedWriter) -> int:
    """Write packets until SIGTERM, those that wait then included; return how many the kernel dropped."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL)) as tap:
        tap.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER)
        tap.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        tap.bind((interface, ETH_P_ALL))
        tap.settimeout(0.2)
        stopped: list[float] = []
        signal.signal(signal.SIGTERM, lambda number, frame: stopped.append(time.time()))
        out.write(file_head(interface))
        print("ready", flush=True)
        while True:
            try:
                data, ancillary, _, _ = tap.recvmsg(SNAPLEN, 64)
            except TimeoutError:
                if stopped:
                    break
                continue
            seconds, nanoseconds = struct.unpack("qq", ancillary[0][2])
            if stopped and seconds + nanoseconds / 1e9 > stopped[0]:
                break
            out.write(packet_block(seconds, nanoseconds, data, len(data)))
        statistics = tap.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8)
        return struct.unpack("II", statistics)[1]


def main() -> None:
    """Record until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m tests.lab.recorder", description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--interface", required=True)
    options = parser.parse_args()
    with options.out.open("wb") as out:
        dropped = record(options.interface, out)
    print(f"dropped {dropped}", flush=True)


if __name__ == "__main__":
    main()
