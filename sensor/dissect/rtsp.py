"""RTSP requests, on any TCP port (RFC 2326, RFC 7826): somebody watches a camera. No I/O."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from sensor.dissect.interface import weird
from sensor.packet import Packet
from sensor.records import Observation, RtspRequest, Weird
from sensor.wire import httphead
from sensor.wire.httphead import Head
from sensor.wire.malformed import Malformed
from sensor.wire.text import printable

MAX_REQUESTS: Final = 8
"""Requests read of a connection: OPTIONS, DESCRIBE with and without login, a SETUP for each track, PLAY."""

_LAST: Final = frozenset(("PLAY", "RECORD", "TEARDOWN"))
"""What follows these is the stream itself."""

_LINE: Final = re.compile(rb"([A-Z_]+) (?:rtsps?://[^/?\s]*)?([^?\s]*)\S* RTSP/\d\.\d").fullmatch
_BEGINS: Final = re.compile(
    rb"(?:OPTIONS|DESCRIBE|ANNOUNCE|SETUP|PLAY|RECORD|GET_PARAMETER|SET_PARAMETER|TEARDOWN)"
    rb" (?:rtsps?://|[^\r\n]{1,1024} RTSP/\d)"
).match


class Rtsp:
    """One direction: done with the request that starts the stream, which itself is not ours to read."""

    def __init__(self) -> None:
        self.done = False
        self._requests = 0
        self._waiting = b""
        self._body = 0  # bytes still to come of the body of the last request

    @staticmethod
    def claims(packet: Packet) -> bool:
        return _BEGINS(packet.payload) is not None

    def feed(self, packet: Packet, data: bytes) -> Iterable[Observation | Weird]:
        self._waiting += data
        found: list[Observation | Weird] = []
        try:
            while not self.done and (head := self._head()) is not None:
                found.append(self._request(packet, head))
        except Malformed as error:
            self.done = True
            found.append(weird(packet, "rtsp", error))
        return tuple(found)

    def end(self) -> tuple[()]:
        return ()

    def _head(self) -> Head | None:
        """Return the next head, once the body before it has passed and it is there whole."""
        passed = min(self._body, len(self._waiting))
        self._waiting, self._body = self._waiting[passed:], self._body - passed
        if (
            self._waiting[:5] == b"RTSP/" or self._waiting[:1] == b"$"
        ):  # an answer, or the stream (RFC 2326 §10.12)
            self.done = True
            return None
        return httphead.parse(self._waiting)

    def _request(self, packet: Packet, head: Head) -> RtspRequest:
        request = _request(packet, head)
        length = head.values.get(b"content-length", b"0")
        self._waiting = self._waiting[head.size :]
        self._body = int(length) if length.isdigit() and len(length) <= 5 else 0
        self._requests += 1
        self.done = request.method in _LAST or self._requests >= MAX_REQUESTS
        return request


def _request(packet: Packet, head: Head) -> RtspRequest:
    line = _LINE(head.start)
    if not line:
        raise Malformed("request_line", f"read {printable(head.start[:40])!r}, expected METHOD URL RTSP/1.0")
    agent = head.values.get(b"user-agent")
    scheme = head.values.get(b"authorization", b"").partition(b" ")[0]
    return RtspRequest(
        packet.ts,
        packet.uid,
        packet.src_mac,
        packet.src,
        packet.dst,
        packet.dport,
        line[1].decode("ascii"),
        printable(line[2]),
        None if agent is None else printable(agent),
        printable(scheme).lower() or None,
    )
