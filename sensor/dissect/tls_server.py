"""What a TLS server chose and, before TLS 1.3, whose certificate it showed (RFC 8446, RFC 5246). No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sensor.dissect.interface import weird
from sensor.packet import Packet
from sensor.records import Observation, TlsCertificate, TlsServerHello, Weird
from sensor.wire import certificate, serverhello
from sensor.wire.certificate import Certificate
from sensor.wire.malformed import Malformed

_HANDSHAKE: Final = 22
_RECORD_HEADER: Final = 5
_MESSAGE_HEADER: Final = 4

MAX_BYTES: Final = 16_384
"""Handshake bytes read of a server: as many as the meter hands up; a usual chain has 3,000 to 5,000."""


class TlsServer:
    """One direction: done with the hello of TLS 1.3, with the certificate of an earlier version."""

    def __init__(self) -> None:
        self.done = False
        self._records = b""
        self._handshake = b""
        self._read_bytes = 0

    @staticmethod
    def claims(packet: Packet) -> bool:
        """A handshake record that begins with a ServerHello."""
        data = packet.payload
        return data[:2] == b"\x16\x03" and data[5:6] == b"\x02"

    def feed(self, packet: Packet, data: bytes) -> Iterator[Observation | Weird]:
        self._read_bytes += len(data)
        try:
            self._split(data)
            yield from self._messages(packet)
        except Malformed as error:
            self.done = True
            yield weird(packet, "tls_server", error)
        self.done = self.done or self._read_bytes >= MAX_BYTES

    def end(self) -> tuple[()]:
        return ()

    def _split(self, data: bytes) -> None:
        """Move the fragments of whole records to the handshake; another kind of record ends it."""
        data = self._records + data
        offset = 0
        while offset + _RECORD_HEADER <= len(data):
            following = offset + _RECORD_HEADER + (data[offset + 3] << 8 | data[offset + 4])
            if data[offset] != _HANDSHAKE:  # the keys change (a resumed session), or an alert
                self.done = True
                break
            if following > len(data):
                break
            self._handshake += data[offset + _RECORD_HEADER : following]
            offset = following
        self._records = data[offset:]

    def _messages(self, packet: Packet) -> Iterator[Observation]:
        """Yield what whole handshake messages say. Raises Malformed."""
        while len(self._handshake) >= _MESSAGE_HEADER:
            end = _MESSAGE_HEADER + int.from_bytes(self._handshake[1:_MESSAGE_HEADER], "big")
            if end > MAX_BYTES:
                raise Malformed("long_message", f"a message of {end} bytes, expected at most {MAX_BYTES}")
            if end > len(self._handshake):
                return
            kind, body = self._handshake[0], self._handshake[_MESSAGE_HEADER:end]
            self._handshake = self._handshake[end:]
            if kind == serverhello.TYPE:
                hello = serverhello.parse(body)
                yield TlsServerHello(packet.ts, packet.uid, *_ends(packet), *hello)
                if hello.version >= serverhello.TLS13:
                    self.done = True
                    return
            elif kind == serverhello.CERTIFICATE:
                self.done = True
                first, count = serverhello.chain(body)
                if first:
                    yield _certificate(packet, certificate.parse(first), count)
                return


def _certificate(packet: Packet, found: Certificate, count: int) -> TlsCertificate:
    return TlsCertificate(
        packet.ts,
        packet.uid,
        *_ends(packet),
        found.subject,
        found.issuer,
        found.not_before,
        found.not_after,
        found.names,
        found.self_signed,
        count,
    )


def _ends(packet: Packet) -> tuple[str | None, str, int, str, int]:
    return packet.dst_mac, packet.dst, packet.dport, packet.src, packet.sport
