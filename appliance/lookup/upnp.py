"""Asks devices in the home for their UPnP description, politely: once, briefly, and only who announced one.

Off unless the owner asks for it: everything else Tattlebox knows it only overhears. The address asked is that
from which the announcement came, in the home's own ranges; a description elsewhere, a redirect, a name
instead of an address or an answer that is long or slow is left alone.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import queue
import socket
import threading
from collections.abc import Callable
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from appliance.devices.identity import is_home_range
from appliance.devices.upnp import MAX_BYTES, Description, parse_description
from sensor.records import SsdpAnnouncement

CONNECT_S: Final = 2.0
"""Longest wait for a device to take the connection or send the next bytes."""

TOTAL_S: Final = 5.0
"""Longest time for one description: a device that trickles bytes does not hold us."""

MAX_ASKED: Final = 1_024
"""Descriptions asked for while running: one for each device a home can have; beyond it none is asked."""

MAX_QUEUED: Final = 64
"""Announcements that wait to be asked about; a storm of them is dropped, they come again by themselves."""

_PIECE_BYTES: Final = 4_096
_SEARCH: Final = "search"


class Found(NamedTuple):
    """A device's answer."""

    address: str
    description: Description
    ts: float  # of the announcement


class DescriptionReader:
    """Fetches descriptions on a thread of its own; `note` and `report` never wait."""

    def __init__(self, tell: Callable[[str, Description, float], None]) -> None:
        """`tell` is given each answer: the address, what it says, when it was announced."""
        self._tell = tell
        self._asked: set[tuple[str, str]] = set()
        self._wanted: queue.Queue[tuple[str, str, float]] = queue.Queue(MAX_QUEUED)
        self._found: queue.SimpleQueue[Found] = queue.SimpleQueue()
        self._worker: threading.Thread | None = None

    def note(self, record: object) -> None:
        """Ask for the description that an announcement names, unless that was done before."""
        if not isinstance(record, SsdpAnnouncement) or record.kind == _SEARCH or not record.location:
            return
        key = (record.host, record.location)
        if key in self._asked or len(self._asked) >= MAX_ASKED or place(record.location, record.host) is None:
            return
        try:
            self._wanted.put_nowait((record.host, record.location, record.ts))
        except queue.Full:
            return
        self._asked.add(key)
        if self._worker is None:
            self._worker = threading.Thread(target=self._work, name="upnp", daemon=True)
            self._worker.start()

    def report(self) -> None:
        """Tell the answers that came since the last call, on the caller's thread."""
        while not self._found.empty():
            self._tell(*self._found.get())

    def _work(self) -> None:
        while True:
            address, location, ts = self._wanted.get()
            description = fetch(location, address)
            if description is not None:
                self._found.put(Found(address, description, ts))


class Place(NamedTuple):
    """Where a description lies."""

    address: str
    port: int
    path: str


def place(location: str, announced_from: str) -> Place | None:
    """Return where to ask; None unless it is plain HTTP at the address that announced it, in the home."""
    try:
        url = urlsplit(location)
        address = str(ipaddress.ip_address((url.hostname or "").partition("%")[0]))
        port = url.port or 80
    except ValueError:
        return None
    path = url.path + (f"?{url.query}" if url.query else "")
    safe = path.isascii() and path.isprintable() and " " not in path and not url.username
    if url.scheme != "http" or address != announced_from or not is_home_range(address) or not safe:
        return None
    return Place(address, port, path or "/")


def fetch(location: str, announced_from: str) -> Description | None:
    """Return the description at a location; None for anything but one in time, in bounds and in order."""
    where = place(location, announced_from)
    if where is None:
        return None
    connection = http.client.HTTPConnection(where.address, where.port, timeout=CONNECT_S)
    hang_up: threading.Timer | None = None
    try:
        connection.connect()
        hang_up = threading.Timer(TOTAL_S, _hang_up, (connection.sock,))  # headers may trickle without end
        hang_up.start()
        connection.request("GET", where.path, headers={"Accept": "text/xml", "Connection": "close"})
        response = connection.getresponse()
        if response.status != http.HTTPStatus.OK:
            return None
        data = b""
        while piece := response.read1(_PIECE_BYTES):
            data += piece
            if len(data) > MAX_BYTES:
                return None
    except (OSError, http.client.HTTPException):
        return None
    finally:
        if hang_up is not None:
            hang_up.cancel()
        connection.close()
    return parse_description(data)


def _hang_up(line: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it may be closed already
        line.shutdown(socket.SHUT_RDWR)
