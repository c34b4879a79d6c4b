"""The link layer of a frame → MACs, and what follows it. Does no I/O. `_link.h` does the same.

Link types: https://www.tcpdump.org/linktypes.html. Beside Ethernet these are what phones, routers and monitor
modes record: Linux cooked, raw IP, null, PPP, Cisco HDLC, netfilter's log and IEEE 802.11.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

ETHERNET: Final = 1
IPV4, IPV6, PPPOE = 0x0800, 0x86DD, 0x8864
MPLS, PPP, NO_FAMILY, WIFI = 0x10000, 0x10001, 0x10002, 0x10003
"""What is not IP inside MPLS, PPP, a null header or IEEE 802.11: numbers that no EtherType has."""

FAMILIES: Final = {2: IPV4, 10: IPV6, 24: IPV6, 28: IPV6, 30: IPV6}
"""AF_INET, and AF_INET6 of Linux, NetBSD, FreeBSD and macOS."""

PPP_KINDS: Final = {0x21: IPV4, 0x57: IPV6}
"""Network layers inside PPP (RFC 1332, RFC 5072)."""

MAX_ATTRIBUTES: Final = 32
"""Attributes of a netfilter log message that are passed over before its packet; the kernel writes ten."""

DATA, NO_DATA, WITH_QOS = 2, 0x4, 0x8
"""IEEE 802.11-2020 §9.2.4.1.3: the type of data frames, and two bits of their subtype."""
TO_DS, FROM_DS, PROTECTED, ORDER = 0x01, 0x02, 0x40, 0x80
"""The same, second byte of the frame control field."""


class Bad(NamedTuple):
    """A frame whose IP addresses cannot be read."""

    name: str
    detail: str


class Head(NamedTuple):
    """What the link layer says."""

    src_mac: bytes | None
    dst_mac: bytes | None
    kind: int  # EtherType, 802.3 length, or one of the numbers above
    at: int  # where the next header begins


def be16(data: bytes, at: int) -> int:
    """Return the unsigned 16-bit number in network byte order that begins at `at`."""
    return data[at] << 8 | data[at + 1]


def _le16(data: bytes, at: int) -> int:
    return data[at + 1] << 8 | data[at]


def _ethernet(data: bytes) -> Head:
    return Head(data[6:12], data[:6], be16(data, 12), 14)


def _sll(data: bytes) -> Head:
    return Head(data[6:12] if be16(data, 4) == 6 else None, None, be16(data, 14), 16)


def _sll2(data: bytes) -> Head:
    return Head(data[12:18] if data[11] == 6 else None, None, be16(data, 0), 20)


def _null(data: bytes) -> Head:
    little, big = (int.from_bytes(data[:4], order) for order in ("little", "big"))
    return Head(None, None, FAMILIES.get(little) or FAMILIES.get(big, NO_FAMILY), 4)


def _raw(data: bytes) -> Head:
    return Head(None, None, IPV6 if data[0] >> 4 == 6 else IPV4, 0)


def _raw4(_: bytes) -> Head:
    return Head(None, None, IPV4, 0)


def _raw6(_: bytes) -> Head:
    return Head(None, None, IPV6, 0)


def _ppp(data: bytes) -> Head:
    """RFC 1661 §2, RFC 1662 §3.1: address and control may be left out, and half of the protocol."""
    at = 2 if data[:2] == b"\xff\x03" else 0
    if data[at] & 1:
        return Head(None, None, PPP_KINDS.get(data[at], PPP), at + 1)
    return Head(None, None, PPP_KINDS.get(be16(data, at), PPP), at + 2)


def _hdlc(data: bytes) -> Head:
    """Cisco's framing: address, control, EtherType."""
    return Head(None, None, be16(data, 2), 4)


def _serial(data: bytes) -> Head:
    return _hdlc(data) if data[0] in (0x0F, 0x8F) else _ppp(data)


def _pppoe(_: bytes) -> Head:
    return Head(None, None, PPPOE, 0)


def _nflog(data: bytes) -> Head:
    """Netfilter's log: a family, then attributes of length, type and value; type 9 is the packet."""
    kind, at = FAMILIES.get(data[0], NO_FAMILY), 4
    for _ in range(MAX_ATTRIBUTES):
        if len(data) - at < 4:
            break
        size, code = _le16(data, at), _le16(data, at + 2)
        if code == 9:
            return Head(None, None, kind, at + 4)
        if size < 4:
            break
        at += size + 3 & ~3
    return Head(None, None, NO_FAMILY, 4)


def _wifi(data: bytes, at: int = 0, *, padded: bool = False) -> Head | Bad:
    """A frame of IEEE 802.11-2020 §9.2.4: what is encrypted or cut into pieces is counted as "wifi"."""
    kind, subtype, flags = data[at] >> 2 & 3, data[at] >> 4, data[at + 1]
    ways = flags & (TO_DS | FROM_DS)
    size = 30 if ways == TO_DS | FROM_DS else 24
    quality = size
    if subtype & WITH_QOS:
        size += 6 if flags & ORDER else 2
    if kind != DATA or data[at] & 3 or subtype & NO_DATA or flags & PROTECTED:
        return Head(None, None, WIFI, at)
    if len(data) - at < size:
        return Bad(
            "link_short_header", f"read {len(data)} bytes of IEEE 802.11, expected at least {at + size}"
        )
    src = at + (24 if ways == TO_DS | FROM_DS else 16 if ways == FROM_DS else 10)
    dst = at + (16 if ways & TO_DS else 4)
    joined = subtype & WITH_QOS and data[at + quality] & 0x80
    fragment = data[at + 22] & 0x0F
    if padded:
        size = size + 3 & ~3
    beginning = min(at + size, len(data))
    return Head(data[src : src + 6], data[dst : dst + 6], WIFI if joined or fragment else 0, beginning)


def _radiotap(data: bytes) -> Head | Bad:
    """What a monitor mode puts before the frame (https://www.radiotap.org): its length and padding."""
    size, at = _le16(data, 2), 8
    first = data[7] << 24 | data[6] << 16 | data[5] << 8 | data[4]
    if size < 8 or len(data) - size < 24:
        return Bad("link_short_header", f"read {len(data)} bytes of radiotap, expected at least {size + 24}")
    more = data[7] & 0x80
    while more and at + 4 <= size:
        more = data[at + 3] & 0x80
        at += 4
    if first & 1:  # the time of the frame, on a multiple of eight
        at = (at + 7 & ~7) + 8
    padded = bool(first & 2) and at < size and bool(data[at] & 0x20)
    return _wifi(data, size, padded=padded)


READERS: Final[dict[int, tuple[int, Callable[[bytes], Head | Bad]]]] = {
    0: (4, _null),
    ETHERNET: (14, _ethernet),
    9: (4, _ppp),
    12: (1, _raw),  # of BSD
    14: (1, _raw),  # of BSD/OS
    50: (4, _serial),
    51: (4, _pppoe),
    101: (1, _raw),
    104: (4, _hdlc),
    105: (24, _wifi),
    108: (4, _null),
    113: (16, _sll),
    127: (8, _radiotap),
    228: (1, _raw4),
    229: (1, _raw6),
    239: (4, _nflog),
    276: (20, _sll2),
}
"""Link type → the bytes its header needs at least, and who reads it."""


def link_layer(link: int, data: bytes) -> Head | Bad:
    """Return what the link layer of a frame says."""
    need, read = READERS.get(link, (0, None))
    if read is None:
        text = f"read link type {link}, expected Ethernet, Linux cooked, IEEE 802.11, PPP or raw IP"
        return Bad("unknown_link_type", text)
    if len(data) < need:
        return Bad(
            "link_short_header", f"read {len(data)} bytes of link type {link}, expected at least {need}"
        )
    return read(data)
