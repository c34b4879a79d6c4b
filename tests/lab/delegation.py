"""A provider's router that lends a prefix (DHCPv6-PD, RFC 8415 §18.3): whoever asks gets the same one.

`python -m tests.lab.delegation INTERFACE PREFIX/LENGTH`, in the router's namespace; it prints "ready", then
the address of each that was given the prefix.
"""

from __future__ import annotations

import socket
import struct
import sys
from collections.abc import Iterator
from ipaddress import IPv6Network
from typing import Final

SERVERS: Final = "ff02::1:2"
SOLICIT, ADVERTISE, REQUEST, RENEW, REBIND, REPLY = 1, 2, 3, 5, 6, 7
CLIENT_ID, SERVER_ID, PREFIXES, PREFIX = 1, 2, 25, 26
OURS: Final = struct.pack("!HH6s", 3, 1, b"\x02lab01")  # DUID-LL
HOUR_S: Final = 3_600


def options(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (code, content) of DHCPv6 options."""
    at = 0
    while at + 4 <= len(data):
        code, size = struct.unpack_from("!HH", data, at)
        yield code, data[at + 4 : at + 4 + size]
        at += 4 + size


def option(code: int, content: bytes) -> bytes:
    return struct.pack("!HH", code, len(content)) + content


def answer(message: bytes, prefix: IPv6Network) -> bytes | None:
    """Return what a client is told, None when it asks for no prefix."""
    asked = dict(options(message[4:]))
    kind = {SOLICIT: ADVERTISE, REQUEST: REPLY, RENEW: REPLY, REBIND: REPLY}.get(message[0])
    if kind is None or PREFIXES not in asked:
        return None
    lent = struct.pack("!IIB", HOUR_S, 2 * HOUR_S, prefix.prefixlen) + prefix.network_address.packed
    held = asked[PREFIXES][:4] + struct.pack("!II", HOUR_S // 2, HOUR_S) + option(PREFIX, lent)
    body = option(CLIENT_ID, asked[CLIENT_ID]) + option(SERVER_ID, OURS) + option(PREFIXES, held)
    return bytes([kind]) + message[1:4] + body


def main() -> None:
    """Serve until killed."""
    interface, prefix = sys.argv[1], IPv6Network(sys.argv[2])
    number = socket.if_nametoindex(interface)
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as wire:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        wire.bind((SERVERS, 547, 0, number))
        group = socket.inet_pton(socket.AF_INET6, SERVERS) + struct.pack("@I", number)
        wire.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, group)
        print("ready", flush=True)
        while True:
            message, client = wire.recvfrom(2_048)
            if (told := answer(message, prefix)) is not None:
                wire.sendto(told, client)
                if told[0] == REPLY:
                    print(client[0].partition("%")[0], flush=True)


if __name__ == "__main__":
    main()
