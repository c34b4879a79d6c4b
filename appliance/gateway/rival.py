"""Is there another DHCP server on the toys' side? Asks as a device would (RFC 2131 §4.4.1)."""

from __future__ import annotations

import secrets
import socket
import struct
import time
from contextlib import suppress
from ipaddress import IPv4Address
from typing import Final

PATIENCE_S: Final = 1.5
"""dnsmasq offers within a second, even when it looks first whether the address is free."""

MAX_MESSAGE: Final = 1_500
COOKIE: Final = b"\x63\x82\x53\x63"
HEAD: Final = struct.Struct("!BBBBIHH16x16s64x128x4s")
SERVER_IDENTIFIER: Final = 54


def rival(interface: str, mac: str, own: IPv4Address) -> str | None:
    """Return the server other than `own` that lends addresses on an interface; None when none did."""
    number = secrets.randbits(32)
    hardware = bytes.fromhex(mac.replace(":", ""))
    head = HEAD.pack(1, 1, 6, 0, number, 0, 0x8000, hardware, COOKIE)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode())
        wire.bind(("", 68))
        with suppress(OSError):  # no cable, nobody to ask
            wire.sendto(head + b"\x35\x01\x01\x37\x01\x36\xff", ("255.255.255.255", 67))
        return _heard(wire, number, own)


def _heard(wire: socket.socket, number: int, own: IPv4Address) -> str | None:
    deadline = time.monotonic() + PATIENCE_S
    while (left := deadline - time.monotonic()) > 0:
        wire.settimeout(left)
        try:
            message = wire.recv(MAX_MESSAGE)
        except OSError:
            return None
        server = offered_by(message, number)
        if server is not None and server != own:
            return str(server)
    return None


def offered_by(message: bytes, number: int) -> IPv4Address | None:
    """Return who sent an answer to our question `number`; None when it is no such answer."""
    if len(message) < HEAD.size or message[0] != 2 or struct.unpack_from("!I", message, 4)[0] != number:
        return None
    at = HEAD.size
    while at + 1 < len(message) and message[at] != 255:
        if message[at] == 0:  # padding
            at += 1
            continue
        length = message[at + 1]
        if message[at] == SERVER_IDENTIFIER and length == 4 and at + 6 <= len(message):
            return IPv4Address(message[at + 2 : at + 6])
        at += 2 + length
    return None
