"""What the kernel says of interfaces (rtnetlink(7)) → `Link`. Does no I/O; the kernel is trusted.

Read here rather than by a netlink library, whose import takes 15 MB of a process that watches one socket.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

DONE: Final = 3
NEW_LINK, DELETED_LINK, GET_LINK = 16, 17, 18
"""Message types of linux/netlink.h and linux/rtnetlink.h."""

REQUEST, DUMP = 0x1, 0x300
"""Flags: we ask, and want all of them."""

UP, LOWER_UP = 0x1, 0x10000
"""IFF_UP and IFF_LOWER_UP of linux/if.h: switched on, and the line is there."""

ANY_FAMILY: Final = 0
"""Messages of another family (a bridge's) are about an interface's part in it, not about itself."""

IFNAME, PARENT, MASTER, PARENT_ELSEWHERE = 3, 5, 10, 37
"""IFLA_IFNAME, IFLA_LINK, IFLA_MASTER, IFLA_LINK_NETNSID of linux/if_link.h."""

TYPE_BITS: Final = 0x3FFF
_HEADER: Final = struct.Struct("=IHHII")  # struct nlmsghdr: length, type, flags, number, port
_ABOUT: Final = struct.Struct("=BxHiII")  # struct ifinfomsg: family, hardware, index, flags, change
_ATTRIBUTE: Final = struct.Struct("=HH")  # struct rtattr: length, type


class Link(NamedTuple):
    """One interface, as the kernel tells it."""

    number: int  # the kernel's index
    name: str
    hardware: int  # ARPHRD_ number (linux/if_arp.h): 1 Ethernet and Wi-Fi, 772 loopback
    running: bool  # switched on and with a line: packets can come
    kin: tuple[int, ...]  # interfaces that show its packets too: its bridge, a VLAN's parent, a veth's peer
    gone: bool = False


def question() -> bytes:
    """Return the message that asks for all interfaces."""
    body = _ABOUT.pack(ANY_FAMILY, 0, 0, 0, 0)
    return _HEADER.pack(_HEADER.size + len(body), GET_LINK, REQUEST | DUMP, 1, 0) + body


def read(data: bytes) -> tuple[list[Link], bool]:
    """Return the interfaces that messages speak of, and whether they are the last of an answer."""
    found: list[Link] = []
    for kind, body in _messages(data):
        if kind == DONE:
            return found, True
        if kind in (NEW_LINK, DELETED_LINK) and (link := _link(body, gone=kind == DELETED_LINK)):
            found.append(link)
    return found, False


def _messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while len(data) - at >= _HEADER.size:
        length, kind, *_ = _HEADER.unpack_from(data, at)
        yield kind, data[at + _HEADER.size : at + length]
        at += _padded(max(length, _HEADER.size))


def _link(body: bytes, *, gone: bool) -> Link | None:
    family, hardware, number, flags, _ = _ABOUT.unpack_from(body)
    told = dict(_attributes(body[_ABOUT.size :]))
    if family != ANY_FAMILY or IFNAME not in told:
        return None
    kin = (told.get(MASTER), None if PARENT_ELSEWHERE in told else told.get(PARENT))
    return Link(
        number,
        told[IFNAME].rstrip(b"\0").decode(errors="replace"),
        hardware,
        flags & (UP | LOWER_UP) == UP | LOWER_UP,
        tuple(struct.unpack("=I", one)[0] for one in kin if one and any(one)),
        gone,
    )


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while len(data) - at >= _ATTRIBUTE.size:
        length, kind = _ATTRIBUTE.unpack_from(data, at)
        yield kind & TYPE_BITS, data[at + _ATTRIBUTE.size : at + length]
        at += _padded(max(length, _ATTRIBUTE.size))


def _padded(length: int) -> int:
    return (length + 3) & ~3
