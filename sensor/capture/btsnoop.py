"""Bluetooth HCI logs (btsnoop) → HCI packets in H4 framing: what Android, BlueZ's btmon and bumble write.

The format is that of snoop (RFC 1761) with a time that counts microseconds from the year 0.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from sensor.bluetooth.hci import EVENT_PACKET
from sensor.capture.file import CaptureError
from sensor.records import Loss

MAGIC: Final = b"btsnoop\0"
MAX_PACKET: Final = 70_000
"""Longest HCI packet: an ACL packet of 65,535 bytes and its header (Core Vol 4 Part E §5.4.2)."""

_H1, _H4, _MONITOR = 1001, 1002, 2001
"""Data links: packets without their kind, with it, and BlueZ's monitor, which tells it in the flags."""

_EPOCH_US: Final = 0x00DCDDB30F2F8000  # 1970-01-01 in microseconds of the year 0
_MONITOR_EVENT: Final = 3
_COMMAND_OR_EVENT, _RECEIVED = 2, 1


def is_btsnoop(path: Path) -> bool:
    """Say whether the file begins as one. Raises OSError."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def packets(path: Path) -> Iterator[tuple[float, bytes] | Loss]:
    """Yield (time, packet in H4 framing) of each event in the log, and a Loss where it ends too early.

    Raises CaptureError for a log of another version or data link, OSError when it cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(16)
        if len(head) < 16 or head[:8] != MAGIC:
            raise CaptureError(
                f"{path}: read {head[:8]!r}, expected a btsnoop log; make one with btmon -w FILE"
            )
        version, link = struct.unpack(">II", head[8:])
        if version != 1 or link not in {_H1, _H4, _MONITOR}:
            raise CaptureError(
                f"{path}: read btsnoop version {version} with data link {link}, expected version 1 with "
                f"{_H1}, {_H4} or {_MONITOR}; make one with btmon -w FILE"
            )
        yield from _records(file, link)


def _records(file: BinaryIO, link: int) -> Iterator[tuple[float, bytes] | Loss]:
    ts = 0.0
    while head := file.read(24):
        size = MAX_PACKET + 1
        if len(head) == 24:
            _, size, flags, _, micro = struct.unpack(">IIIIq", head)
        data = file.read(size) if size <= MAX_PACKET else b""
        if len(data) < size:
            detail = f"read {len(data)} bytes of a packet, expected {size}: the log ends early or is damaged"
            yield Loss(ts, ts, "truncated_file", 1, detail)
            return
        ts = (micro - _EPOCH_US) / 1e6
        if (packet := _event(link, flags, data)) is not None:
            yield ts, packet


def _event(link: int, flags: int, data: bytes) -> bytes | None:
    """Return the packet when it is an event, in H4 framing."""
    if link == _H4:
        return data if data[:1] == bytes((EVENT_PACKET,)) else None
    is_event = flags & 3 == _COMMAND_OR_EVENT | _RECEIVED if link == _H1 else flags & 65535 == _MONITOR_EVENT
    return bytes((EVENT_PACKET,)) + data if is_event else None


def first_ts(path: Path) -> float:
    """Return the time of the first event, infinity without one. Raises as `packets` does."""
    for item in packets(path):
        if not isinstance(item, Loss):
            return item[0]
    return float("inf")
