"""STUN and TURN requests, on any port (RFC 8489, RFC 8656): a device prepares to be reached. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final

from sensor.dissect.interface import weird
from sensor.packet import Packet
from sensor.records import Observation, StunRequest, Weird
from sensor.wire.malformed import Malformed
from sensor.wire.text import printable

MAX_FLOWS: Final = 1024
"""Flows whose request was told, the oldest goes first: the same request is sent again and again."""

MAX_ATTRIBUTES: Final = 32
"""Attributes read: a request has fewer than ten."""

_COOKIE: Final = b"\x21\x12\xa4\x42"
_HEADER: Final = 20
_METHODS: Final = {b"\0\1": "binding", b"\0\3": "allocate"}
_USERNAME, _SOFTWARE = 0x0006, 0x8022


class Stun:
    """One record a flow and method."""

    KIND: ClassVar[str] = "udp"
    PORTS: ClassVar[tuple[int, ...]] = ()

    def __init__(self) -> None:
        self._told: dict[tuple[str, bytes], None] = {}

    def accepts(self, packet: Packet) -> bool:
        data = packet.payload
        return data[4:8] == _COOKIE and data[:2] in _METHODS and len(data) >= _HEADER

    def dissect(self, packet: Packet) -> Iterator[Observation | Weird]:
        data = packet.payload
        flow = (packet.uid, data[:2])
        if flow in self._told:
            return
        if len(self._told) >= MAX_FLOWS:
            del self._told[next(iter(self._told))]
        self._told[flow] = None
        try:
            attributes = dict(_attributes(data))
        except Malformed as error:
            yield weird(packet, "stun", error)
            return
        software = attributes.get(_SOFTWARE)
        yield StunRequest(
            packet.ts,
            packet.uid,
            packet.src_mac,
            packet.src,
            packet.dst,
            packet.dport,
            _METHODS[data[:2]],
            None if software is None else printable(software.rstrip(b"\0")),
            _USERNAME in attributes,
        )


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield type and value of each attribute (RFC 8489 §14). Raises Malformed."""
    end = _HEADER + (data[2] << 8 | data[3])
    if end > len(data):
        raise Malformed("length", f"a message of {end} bytes in a packet of {len(data)}")
    offset = _HEADER
    for _ in range(MAX_ATTRIBUTES):
        if offset + 4 > end:
            return
        kind, size = data[offset] << 8 | data[offset + 1], data[offset + 2] << 8 | data[offset + 3]
        if offset + 4 + size > end:
            raise Malformed("attribute_length", f"attribute {kind:#06x} of {size} bytes reaches past the end")
        yield kind, data[offset + 4 : offset + 4 + size]
        offset += 4 + (size + 3 & ~3)
