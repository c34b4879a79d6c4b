"""Interfaces of this machine: what is there, what changes (rtnetlink(7)), what would show a packet twice."""

from __future__ import annotations

import errno
import socket
from collections.abc import Sequence
from typing import Final

import netifaces

from sensor.capture import rtnetlink
from sensor.capture.rtnetlink import Link

NETLINK_ROUTE, LINK_GROUP = 0, 1
MESSAGE_BYTES: Final = 262_144
ANSWER_S: Final = 5.0


class Changes:
    """What the kernel says of interfaces from now on. `fileno` is readable when it said something."""

    def __init__(self) -> None:
        """Begin to listen, which needs no privilege. Raises OSError."""
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
                found += rtnetlink.read(self._socket.recv(MESSAGE_BYTES))[0]
            except BlockingIOError:
                return found
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                found = links()

    def close(self) -> None:
        self._socket.close()


def links() -> list[Link]:
    """Return all interfaces. Raises OSError."""
    found: list[Link] = []
    last = False
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_ROUTE) as asking:
        asking.settimeout(ANSWER_S)
        asking.send(rtnetlink.question())
        while not last:
            some, last = rtnetlink.read(asking.recv(MESSAGE_BYTES))
            found += some
    return found


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
