"""HCI events put together byte by byte, for the tests of what reads them."""

from __future__ import annotations

import struct

DOLL = "9c:8c:6e:11:22:33"  # public
WATCH = "c4:00:00:11:22:33"  # random, static: its two highest bits are set


def address(text: str) -> bytes:
    return bytes.fromhex(text.replace(":", ""))[::-1]


def structure(kind: int, body: bytes) -> bytes:
    return bytes((len(body) + 1, kind)) + body


def event(code: int, body: bytes) -> bytes:
    return bytes((4, code, len(body))) + body


def legacy(who: str, data: bytes, *, kind: int = 0, random: int = 1, rssi: int = -60) -> bytes:
    """One report of an LE scan (Core Vol 4 Part E §7.7.65.2)."""
    report = bytes((kind, random)) + address(who) + bytes((len(data),)) + data + struct.pack("b", rssi)
    return event(0x3E, b"\x02\x01" + report)


def extended(who: str, data: bytes, *, bits: int = 0x13, random: int = 1, rssi: int = -60) -> bytes:
    """One extended report (§7.7.65.13)."""
    report = struct.pack("<HB", bits, random) + address(who) + b"\1\0\xff\x7f" + struct.pack("b", rssi)
    return event(0x3E, b"\x0d\x01" + report + bytes(9) + bytes((len(data),)) + data)


def inquiry(who: str, device_class: int, rssi: int | None = None) -> bytes:
    """The answer to an inquiry, with signal strength or without (§7.7.2, §7.7.33)."""
    kind = device_class.to_bytes(3, "little")
    if rssi is None:
        return event(0x02, b"\1" + address(who) + b"\1\0\0" + kind + b"\0\0")
    return event(0x22, b"\1" + address(who) + b"\1\0" + kind + b"\0\0" + struct.pack("b", rssi))


def extended_inquiry(who: str, device_class: int, data: bytes, rssi: int = -50) -> bytes:
    """The answer that says more of itself (§7.7.38): always 240 bytes of it."""
    kind = device_class.to_bytes(3, "little")
    head = b"\1" + address(who) + b"\1\0" + kind + b"\0\0" + struct.pack("b", rssi)
    return event(0x2F, head + data.ljust(240, b"\0"))
