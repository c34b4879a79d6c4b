"""CoAP requests (RFC 7252): small devices talk in the clear on port 5683. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final

from sensor.dissect.interface import weird
from sensor.packet import Packet
from sensor.records import MAX_ITEMS, MAX_TEXT, CoapRequest, Observation, Weird
from sensor.wire.malformed import Malformed
from sensor.wire.text import printable

_METHODS: Final = {1: "GET", 2: "POST", 3: "PUT", 4: "DELETE", 5: "FETCH", 6: "PATCH", 7: "iPATCH"}
_URI_HOST, _URI_PATH, _URI_QUERY = 3, 11, 15
_PAYLOAD: Final = 0xFF

MAX_OPTIONS: Final = 64
"""Options read: a request has about ten."""


class Coap:
    """One message a packet; answers and empty messages are passed over."""

    KIND: ClassVar[str] = "udp"
    PORTS: ClassVar[tuple[int, ...]] = (5683,)

    def accepts(self, packet: Packet) -> bool:
        data = packet.payload
        return data[:1] >= b"\x40" and data[:1] < b"\x80" and len(data) > 1 and data[1] in _METHODS

    def dissect(self, packet: Packet) -> Iterator[Observation | Weird]:
        data = packet.payload
        try:
            options = list(_options(data, 4 + (data[0] & 15)))
        except IndexError:
            yield weird(packet, "coap", Malformed("truncated", f"{len(data)} bytes end inside an option"))
            return
        host = next((value for number, value in options if number == _URI_HOST), None)
        path = b"/" + b"/".join([value for number, value in options if number == _URI_PATH])
        queries = [value.partition(b"=") for number, value in options if number == _URI_QUERY]
        yield CoapRequest(
            packet.ts,
            packet.uid,
            packet.src_mac,
            packet.src,
            packet.dst,
            packet.dport,
            _METHODS[data[1]],
            printable(host).lower() if host is not None else None,
            printable(path)[:MAX_TEXT],
            tuple([printable(name) for name, equals, _ in queries if equals][:MAX_ITEMS]),
        )


def _options(data: bytes, offset: int) -> Iterator[tuple[int, bytes]]:
    """Yield number and value of each option (RFC 7252 §3.1). Raises IndexError."""
    number = 0
    for _ in range(MAX_OPTIONS):
        if offset >= len(data) or data[offset] == _PAYLOAD:
            return
        delta, size = data[offset] >> 4, data[offset] & 15
        offset += 1
        delta, offset = _extended(data, offset, delta)
        size, offset = _extended(data, offset, size)
        number += delta
        if offset + size > len(data):
            raise IndexError
        yield number, data[offset : offset + size]
        offset += size


def _extended(data: bytes, offset: int, nibble: int) -> tuple[int, int]:
    if nibble < 13:
        return nibble, offset
    if nibble == 13:
        return 13 + data[offset], offset + 1
    if nibble == 14:
        return 269 + (data[offset] << 8 | data[offset + 1]), offset + 2
    raise IndexError  # 15 is reserved
