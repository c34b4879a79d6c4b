"""Interfaces of this machine: what is there, what changes (rtnetlink(7)), what would show a packet twice."""

from __future__ import annotations

import errno
import socket
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import netifaces
from pyroute2 import IPRoute
from pyroute2.netlink.rtnl.marshal import MarshalRtnl

UP, LOWER_UP = 0x1, 0x10000
"""IFF_UP and IFF_LOWER_UP of linux/if.h: switched on, and the line is there."""

NETLINK_ROUTE, LINK_GROUP = 0, 1
MESSAGE_BYTES: Final = 262_144


class Link(NamedTuple):
    """One interface, as the kernel tells it."""

    number: int  # the kernel's index
    name: str
    hardware: int  # ARPHRD_ number (linux/if_arp.h): 1 Ethernet and Wi-Fi, 772 loopback
    running: bool  # switched on and with a line: packets can come
    kin: tuple[int, ...]  # interfaces that show its packets too: its bridge, a VLAN's parent, a veth's peer
    gone: bool = False


class Changes:
    """What the kernel says of interfaces from now on. `fileno` is readable when it said something."""

    def __init__(self) -> None:
        """Begin to listen, which needs no privilege. Raises OSError."""
        self._marshal = MarshalRtnl()
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_ROUTE)
        self._socket.bind((0, LINK_GROUP))
        self._socket.setblocking(False)

    def fileno(self) -> int:
        return self._socket.fileno()

    def read(self) -> list[Link]:
        """Return what has changed, in order; all interfaces when more changed than could be kept."""
        found: list[Link] = []
        while True:
            try:
                messages = self._marshal.parse(self._socket.recv(MESSAGE_BYTES))
                found += [_link(message) for message in messages if message.get_attr("IFLA_IFNAME")]
            except BlockingIOError:
                return found
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                found = links()

    def close(self) -> None:
        self._socket.close()


def links() -> list[Link]:
    """Return all interfaces."""
    with IPRoute() as route:
        return [_link(message) for message in route.get_links()]


def _link(message: Any) -> Link:
    elsewhere = message.get_attr("IFLA_LINK_NETNSID") is not None
    kin = (message.get_attr("IFLA_MASTER"), None if elsewhere else message.get_attr("IFLA_LINK"))
    return Link(
        message["index"],
        message.get_attr("IFLA_IFNAME"),
        message["ifi_type"],
        message["flags"] & (UP | LOWER_UP) == UP | LOWER_UP,
        tuple(number for number in kin if number),
        message["event"] == "RTM_DELLINK",
    )


def double(chosen: Sequence[Link]) -> tuple[Link, Link] | None:
    """Return the first two of the chosen interfaces that would show the same packets, None for none."""
    by_number = {link.number: link for link in chosen}
    for link in chosen:
        for number in link.kin:
            if number in by_number:
                return link, by_number[number]
    return None


def addresses(name: str) -> list[str]:
    """Return the IPv4 and IPv6 addresses of an interface, [] when it has none or is gone."""
    try:
        found = netifaces.ifaddresses(name)
    except ValueError:
        return []
    families = (netifaces.AF_INET, netifaces.AF_INET6)
    return [entry["addr"].partition("%")[0] for family in families for entry in found.get(family, [])]


def names() -> list[str]:
    """Return the names of all interfaces."""
    return list(netifaces.interfaces())
