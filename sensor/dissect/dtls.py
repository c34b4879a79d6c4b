"""The ClientHello of DTLS 1.0 to 1.3, on any port (RFC 6347 §4.2, RFC 9147 §5). No I/O.

A hello may come in fragments over several records and packets. After a HelloVerifyRequest the client sends it
again with a cookie: the first one counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final

from sensor.dissect.interface import hello_records, weird
from sensor.packet import Packet
from sensor.records import Observation, Weird
from sensor.stream import Stream
from sensor.wire import clienthello
from sensor.wire.malformed import Malformed

MAX_CLIENTS: Final = 512
"""Clients remembered, the oldest goes first: a hello takes one to three packets within a second."""

MAX_RECORDS: Final = 16
"""Records read of one packet: a flight of DTLS has fewer than ten."""

_HEADER: Final = 13
_MESSAGE_HEADER: Final = 12
_HANDSHAKE: Final = 22


class Dtls:
    """Remembers clients whose hello is not complete, and (as None) those whose hello was read."""

    KIND: ClassVar[str] = "udp"
    PORTS: ClassVar[tuple[int, ...]] = ()

    def __init__(self) -> None:
        self._clients: dict[str, tuple[Stream, list[bytes]] | None] = {}

    def accepts(self, packet: Packet) -> bool:
        data = packet.payload
        return (
            data[:2] == b"\x16\xfe"
            and data[_HEADER : _HEADER + 1] == b"\x01"
            and self._clients.get(packet.uid, self) is not None
        )

    def dissect(self, packet: Packet) -> Iterator[Observation | Weird]:
        try:
            hello = self._hello(packet)
        except Malformed as error:
            self._remember(packet.uid, None)
            yield weird(packet, "dtls", error)
            return
        if hello:
            self._remember(packet.uid, None)
            yield from hello_records(packet, "dtls", hello)

    def _hello(self, packet: Packet) -> clienthello.ClientHello | None:
        """Return the hello once it is complete. Raises Malformed."""
        client = self._clients.get(packet.uid)
        if client is None:
            client = (Stream(0), [])
            self._remember(packet.uid, client)
        stream, parts = client
        size = 0
        for fragment in _fragments(packet.payload):
            size = int.from_bytes(fragment[1:4], "big")
            at = int.from_bytes(fragment[6:9], "big")
            data = fragment[_MESSAGE_HEADER:]
            if int.from_bytes(fragment[9:12], "big") != len(data) or at + len(data) > size:
                raise Malformed("fragment", f"{len(data)} bytes at {at} of a hello of {size}")
            if size > clienthello.MAX_HELLO_BYTES:
                raise Malformed("long_hello", f"{size} bytes, expected {clienthello.MAX_HELLO_BYTES}")
            parts.append(stream.add(at, data))
        parts[:] = [b"".join(parts)]
        return clienthello.parse(b"\x01" + size.to_bytes(3, "big") + parts[0], "d")

    def _remember(self, uid: str, client: tuple[Stream, list[bytes]] | None) -> None:
        if uid not in self._clients and len(self._clients) >= MAX_CLIENTS:
            del self._clients[next(iter(self._clients))]
        self._clients[uid] = client


def _fragments(data: bytes) -> Iterator[bytes]:
    """Yield the ClientHello fragments in a packet's records. Raises Malformed."""
    offset = 0
    for _ in range(MAX_RECORDS):
        if offset + _HEADER > len(data) or data[offset] != _HANDSHAKE:
            return
        end = offset + _HEADER + (data[offset + 11] << 8 | data[offset + 12])
        message = data[offset + _HEADER : end]
        if end > len(data) or len(message) < _MESSAGE_HEADER:
            raise Malformed("record", f"a record up to {end} in a packet of {len(data)} bytes")
        if message[0] != clienthello.TYPE:
            return
        yield message
        offset = end
