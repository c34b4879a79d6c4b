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

_LINE: Final = re.compile(rb"([A-Z_]+) (?:rtsps?://[^/?\s]*)?([^?\s]*)\S* RTSP/\d\.\d").fullmatch
_BEGINS: Final = re.compile(
    rb"(?:OPTIONS|DESCRIBE|ANNOUNCE|SETUP|PLAY|RECORD|GET_PARAMETER|SET_PARAMETER|TEARDOWN)"
    rb" (?:rtsps?://|[^\r\n]{1,1024} RTSP/\d)"
).match


class Rtsp:
    """One direction: done with the first request; the stream itself is not ours to read."""

    def __init__(self) -> None:
        self.done = False
        self._waiting = b""

    @staticmethod
    def claims(packet: Packet) -> bool:
        return _BEGINS(packet.payload) is not None

    def feed(self, packet: Packet, data: bytes) -> Iterable[Observation | Weird]:
        self._waiting += data
        try:
            head = httphead.parse(self._waiting)
            if head is None:
                return ()
            self.done = True
            return (_request(packet, head),)
        except Malformed as error:
            self.done = True
            return (weird(packet, "rtsp", error),)

    def end(self) -> tuple[()]:
        return ()


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
