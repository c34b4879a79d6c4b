"""Payloads as things in a home send them, put together byte by byte: DNS, TLS, DHCP, mDNS.

What is new in every message (ids, randoms, keys) comes from the random numbers that are handed in.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Iterable, Sequence
from typing import Final

A: Final = 1
CNAME: Final = 5
DHCP_COOKIE: Final = b"\x63\x82\x53\x63"


def u16(*numbers: int) -> bytes:
    """Return 16-bit numbers in network order."""
    return struct.pack(f">{len(numbers)}H", *numbers)


def sized(data: bytes, bytes_of_length: int = 2) -> bytes:
    """Return data behind its length."""
    return len(data).to_bytes(bytes_of_length, "big") + data


def extension(kind: int, body: bytes) -> bytes:
    """Return a TLS extension (RFC 8446 §4.2)."""
    return u16(kind) + sized(body)


def wire_name(name: bytes) -> bytes:
    """Return the name as labels behind their lengths (RFC 1035 §3.1)."""
    return b"".join(sized(label, 1) for label in name.split(b".")) + b"\0"


def question(rng: random.Random, wire: bytes, qtype: int) -> bytes:
    """Return the question for a name, written as `wire_name` does (RFC 1035 §4.1)."""
    return rng.randbytes(2) + b"\x01\0\0\x01\0\0\0\0\0\0" + wire + u16(qtype, 1)


def answer(asked: bytes, alias: bytes, addresses: Sequence[bytes], qtype: int, ttl: int) -> bytes:
    """Return the answer: an alias or not (empty), then the addresses."""
    owner, records = b"\xc0\x0c", []
    if alias and addresses:
        records.append(owner + struct.pack(">HHI", CNAME, 1, ttl) + sized(alias))
        owner = u16(0xC000 | (len(asked) + 12))
    records += [owner + struct.pack(">HHI", qtype, 1, ttl) + sized(one) for one in addresses]
    return asked[:2] + b"\x81\x80\0\x01" + u16(len(records)) + bytes(4) + asked[12:] + b"".join(records)


def client_hello(random_bytes: bytes, session: bytes, ciphers: bytes, extensions: bytes) -> bytes:
    """Return a ClientHello (RFC 8446 §4.1.2) as a handshake message."""
    body = b"\x03\x03" + random_bytes + sized(session, 1) + sized(ciphers) + b"\x01\0" + sized(extensions)
    return b"\x01" + sized(body, 3)


def server_hello(random_bytes: bytes, session: bytes, key: bytes) -> bytes:
    """Return the ServerHello of TLS 1.3 (RFC 8446 §4.1.3) as a handshake message."""
    share = extension(51, u16(29) + sized(key))
    body = b"\x03\x03" + random_bytes + sized(session, 1) + b"\x13\x01\0"
    return b"\x02" + sized(body + sized(extension(43, b"\x03\x04") + share), 3)


def bootp(
    op: int, xid: bytes, mac: bytes, options: bytes, client: bytes = bytes(4), yours: bytes = bytes(4)
) -> bytes:
    """Return a DHCP message (RFC 2131 §2); `options` without their end."""
    head = bytes((op, 1, 6, 0)) + xid + bytes(4) + client + yours + bytes(8)
    return head + mac + bytes(202) + DHCP_COOKIE + options + b"\xff"


def option(code: int, data: bytes) -> bytes:
    """Return a DHCP option (RFC 2132 §2)."""
    return bytes((code,)) + sized(data, 1)


def announcement(
    service: bytes, instance: bytes, target: bytes, port: int, text: Iterable[bytes], ipv4: bytes
) -> bytes:
    """Return an mDNS announcement of one service: PTR, SRV, TXT and A (RFC 6762 §8.3)."""
    kind, whole, host = wire_name(service), sized(instance, 1) + wire_name(service), wire_name(target)
    records = (
        kind + struct.pack(">HHI", 12, 1, 4500) + sized(whole),
        whole + struct.pack(">HHI", 33, 0x8001, 120) + sized(u16(0, 0, port) + host),
        whole + struct.pack(">HHI", 16, 0x8001, 4500) + sized(b"".join(sized(one, 1) for one in text)),
        host + struct.pack(">HHI", 1, 0x8001, 120) + sized(ipv4),
    )
    return b"\0\0\x84\0" + u16(0, len(records), 0, 0) + b"".join(records)
