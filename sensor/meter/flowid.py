"""Names of a flow: its uid, and the text forms of its addresses and times. Does no I/O."""

from __future__ import annotations

import struct
from base64 import urlsafe_b64encode
from typing import Final

UID_KEY: Final = b"tattlebox flowid"
"""SipHash key of uids. Public and fixed: a uid must be the same wherever the same capture is read."""

NO_VLAN: Final = 0xFFFF
"""VLAN field of an untagged flow; 802.1Q ids are 0 to 4094."""

_MASK: Final = (1 << 64) - 1


def uid(key: bytes, start_ns: int) -> str:
    """Return the 17-character uid of the flow with this key (see `flow_key`) that began at `start_ns`."""
    digest = _siphash128(key + struct.pack("<Q", start_ns))
    return "F" + urlsafe_b64encode(digest[:12]).decode()


Ends = tuple[bytes, int, bytes, int]
"""Address and port of both ends of a flow, the one that sorts first leading."""


def flow_key(ends: Ends, proto: int, vlan: int) -> bytes:
    """Return the 40 bytes that name a 5-tuple and VLAN."""
    a, a_port, b, b_port = ends
    version = 4 if len(a) == 4 else 6
    return struct.pack(">16s16sHHHBB", a, b, a_port, b_port, vlan, proto, version)


def address_text(address: bytes) -> str:
    """Return an IPv4 (4 bytes) or IPv6 (16 bytes) address in RFC 5952 form."""
    if len(address) == 4:
        return ".".join(map(str, address))
    if address[:12] == b"\0" * 10 + b"\xff\xff":  # RFC 5952 §5: mapped addresses show their IPv4 part
        return "::ffff:" + ".".join(map(str, address[12:]))
    groups = struct.unpack(">8H", address)
    start, length = _longest_zero_run(groups)
    words = [f"{group:x}" for group in groups]
    if length < 2:  # RFC 5952 §4.2.2: one group of zeros is not shortened
        return ":".join(words)
    return ":".join(words[:start]) + "::" + ":".join(words[start + length :])


def _longest_zero_run(groups: tuple[int, ...]) -> tuple[int, int]:
    """Return start and length of the first longest run of zeros (RFC 5952 §4.2.3)."""
    best, length, run = 0, 0, 0
    for index, group in enumerate(groups):
        run = run + 1 if group == 0 else 0
        if run > length:
            best, length = index - run + 1, run
    return best, length


def mac_text(mac: bytes | None) -> str | None:
    """Return a MAC address as lower-case, colon-separated text."""
    return mac.hex(":") if mac is not None else None


def seconds(ns: int) -> float:
    """Return nanoseconds as the float nearest to them: exact for captures in microseconds."""
    return ns // 1000 / 1e6 if ns % 1000 == 0 else ns // 1_000_000_000 + ns % 1_000_000_000 / 1e9


def _siphash128(data: bytes) -> bytes:
    """Return the 128-bit SipHash-2-4 of `data` under UID_KEY (https://www.aumasson.jp/siphash/)."""
    k0, k1 = struct.unpack("<QQ", UID_KEY)
    v = [
        k0 ^ 0x736F6D6570736575,
        k1 ^ 0x646F72616E646F6D ^ 0xEE,
        k0 ^ 0x6C7967656E657261,
        k1 ^ 0x7465646279746573,
    ]
    tail = data[len(data) & ~7 :].ljust(7, b"\0") + bytes((len(data) & 0xFF,))
    for (word,) in struct.iter_unpack("<Q", data[: len(data) & ~7] + tail):
        v[3] ^= word
        _sip_rounds(v, 2)
        v[0] ^= word
    v[2] ^= 0xEE
    _sip_rounds(v, 4)
    first = v[0] ^ v[1] ^ v[2] ^ v[3]
    v[1] ^= 0xDD
    _sip_rounds(v, 4)
    return struct.pack("<QQ", first, v[0] ^ v[1] ^ v[2] ^ v[3])


def _sip_rounds(v: list[int], count: int) -> None:
    a, b, c, d = v
    for _ in range(count):
        a = (a + b) & _MASK
        c = (c + d) & _MASK
        b = _rotate(b, 13) ^ a
        d = _rotate(d, 16) ^ c
        a = (_rotate(a, 32) + d) & _MASK
        c = (c + b) & _MASK
        d = _rotate(d, 21) ^ a
        b = _rotate(b, 17) ^ c
        c = _rotate(c, 32)
    v[:] = a, b, c, d


def _rotate(word: int, bits: int) -> int:
    return (word << bits | word >> (64 - bits)) & _MASK
