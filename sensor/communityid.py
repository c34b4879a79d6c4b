"""Community ID v1 with seed 0 (https://github.com/corelight/community-id-spec). Does no I/O.

Everything it is made of stands in a flow: whoever keeps flows need not keep it.
"""

from __future__ import annotations

import struct
from base64 import b64encode
from functools import lru_cache
from hashlib import sha1
from ipaddress import ip_address
from typing import Final

from sensor.meter.names import ICMP, ICMP6, PROTOCOLS, SCTP, TCP, UDP

PORTED: Final = frozenset({TCP, UDP, SCTP, ICMP, ICMP6})
"""Protocols whose Community ID covers two ports."""

ICMP_PAIRS: Final = {8: 0, 0: 8, 13: 14, 14: 13, 15: 16, 16: 15, 10: 9, 9: 10, 17: 18, 18: 17}
ICMP6_PAIRS: Final = {
    128: 129, 129: 128, 133: 134, 134: 133, 135: 136, 136: 135,
    130: 131, 131: 130, 139: 140, 140: 139, 144: 145, 145: 144,
}  # fmt: skip
"""Types that answer each other (Community ID specification): request and answer are one flow."""

_NUMBERS: Final = {name: number for number, name in enumerate(PROTOCOLS)}

_ADDRESSES: Final = 4_096
"""Addresses whose bytes are remembered: a home's, and those it talks to in an hour."""


def icmp_ports(proto: int, kind: int, code: int) -> tuple[int, int]:
    """Return the Community ID ports of an ICMP message: its type, and the answering type or its code."""
    return kind, (ICMP_PAIRS if proto == ICMP else ICMP6_PAIRS).get(kind, code)


def community_id(proto: int, orig: bytes, orig_p: int, resp: bytes, resp_p: int) -> str:
    """Return the Community ID of the flow between these ends: addresses of 4 or 16 bytes, ports."""
    if (resp, resp_p) < (orig, orig_p) and not _one_way(proto, orig_p):
        orig, orig_p, resp, resp_p = resp, resp_p, orig, orig_p
    ports = struct.pack(">HH", orig_p, resp_p) if proto in PORTED else b""
    digest = sha1(b"\0\0" + orig + resp + bytes((proto, 0)) + ports, usedforsecurity=False).digest()
    return "1:" + b64encode(digest).decode()


def _one_way(proto: int, kind: int) -> bool:
    """Say whether this is an ICMP type without an answering type: such flows keep their direction."""
    return (proto == ICMP and kind not in ICMP_PAIRS) or (proto == ICMP6 and kind not in ICMP6_PAIRS)


def community_id_of(proto: str, orig_h: str, orig_p: int, resp_h: str, resp_p: int) -> str:
    """Return the Community ID of a flow record, from its fields of these names."""
    return community_id(_NUMBERS[proto], _packed(orig_h), orig_p, _packed(resp_h), resp_p)


@lru_cache(_ADDRESSES)
def _packed(address: str) -> bytes:
    return ip_address(address).packed
