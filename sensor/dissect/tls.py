"""The ClientHello of TLS over TCP, on any port, across segments and records (RFC 8446 §5.1). No I/O."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sensor.dissect.interface import hello_records, weird
from sensor.packet import Packet
from sensor.records import Observation, Weird
from sensor.wire import clienthello
from sensor.wire.malformed import Malformed

_HANDSHAKE: Final = 22
_BEGINNINGS: Final = (b"\x16\x03", b"\x16")
_RECORD_HEADER: Final = 5
_MAX_RECORD_BYTES: Final = 2**14 + 2048
"""RFC 5246 §6.2.3; RFC 8446 allows less."""


class Tls:
    """One direction: done with the first handshake message."""

    def __init__(self) -> None:
        self.done = False
        self._records = b""
        self._handshake = b""

    @staticmethod
    def claims(packet: Packet) -> bool:
        """A handshake record of version 3.x, or the first byte of one; not a ServerHello."""
        return packet.payload[:2] in _BEGINNINGS and packet.payload[5:6] != b"\x02"

    def feed(self, packet: Packet, data: bytes) -> Iterable[Observation | Weird]:
        try:
            hello = self._hello(data)
        except Malformed as error:
            self.done = True
            return (weird(packet, "tls", error),)
        if not hello:
            return ()
        self.done = True
        return hello_records(packet, "tcp", hello)

    def end(self) -> tuple[()]:
        return ()

    def _hello(self, data: bytes) -> clienthello.ClientHello | None:
        """Return the ClientHello once it is complete. Raises Malformed."""
        data = self._records + data
        offset = 0
        while offset + _RECORD_HEADER <= len(data):
            size = data[offset + 3] << 8 | data[offset + 4]
            if data[offset] != _HANDSHAKE or not 0 < size <= _MAX_RECORD_BYTES:
                found = f"record type {data[offset]} of {size} bytes inside a ClientHello, expected type 22"
                raise Malformed("record", found)
            following = offset + _RECORD_HEADER + size
            if following > len(data):
                break
            self._handshake += data[offset + _RECORD_HEADER : following]
            offset = following
            if self._handshake[0] != clienthello.TYPE:  # a server's, or the middle of a handshake
                self.done = True
                return None
            if hello := clienthello.parse(self._handshake, "t"):
                return hello
        self._records = data[offset:]
        return None
