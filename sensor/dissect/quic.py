"""The ClientHello of QUIC, on any port: Initials of v1, v2 and draft 29 (RFC 9000, 9001, 9369). No I/O.

A client is known by its Initials alone; the server's are passed over. A hello may be scattered over several
packets and frames in any order.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final

from sensor.dissect.interface import hello_records, weird
from sensor.packet import Packet
from sensor.records import Observation, Weird
from sensor.stream import Stream
from sensor.wire import clienthello, quicinitial
from sensor.wire.malformed import Malformed
from sensor.wire.quicinitial import Initial, Keys

MAX_CONNECTIONS: Final = 1024
"""Connections remembered, the oldest goes first: a hello takes two or three packets, all within a second."""

MAX_HELLO_BYTES: Final = 16_384
"""Bytes of one hello kept: with post-quantum keys it has about 2,000."""


class _Connection:
    """A client whose hello is not complete."""

    __slots__ = ("handshake", "keys", "stream")

    def __init__(self, keys: Keys) -> None:
        self.keys = keys
        self.stream = Stream(0)
        self.handshake = b""


class Quic:
    """Remembers the connections of a capture, a bounded number of them; None stands for "hello was read"."""

    KIND: ClassVar[str] = "udp"
    PORTS: ClassVar[tuple[int, ...]] = ()

    def __init__(self) -> None:
        self._connections: dict[str, _Connection | None] = {}

    def accepts(self, packet: Packet) -> bool:
        """A long header (RFC 8999 §5.1) of a version whose keys we can make, from the flow's originator."""
        data = packet.payload
        return (
            data[:1] >= b"\x80"
            and packet.is_orig
            and int.from_bytes(data[1:5], "big") in quicinitial.VERSIONS
            and self._connections.get(packet.uid, self) is not None
        )

    def dissect(self, packet: Packet) -> Iterator[Observation | Weird]:
        try:
            for initial in quicinitial.initials(packet.payload):
                hello = self._hello(packet.uid, initial)
                if hello:
                    self._remember(packet.uid, None)
                    yield from hello_records(packet, "quic", hello)
                    return
        except Malformed as error:
            self._remember(packet.uid, None)
            yield weird(packet, "quic", error)

    def _hello(self, uid: str, initial: Initial) -> clienthello.ClientHello | None:
        """Return the hello once it is complete. Raises Malformed."""
        connection = self._connections.get(uid)
        frames = None
        if connection:
            frames = quicinitial.decrypt(initial, connection.keys)
        if frames is None:  # the first packet, or the first after a Retry, which changes the keys
            keys = quicinitial.client_keys(initial.version, initial.destination_id)
            frames = quicinitial.decrypt(initial, keys)
            if frames is None:
                raise Malformed(
                    "undecryptable", "an Initial whose keys do not follow from it: its first was not seen"
                )
            connection = _Connection(keys)
            self._remember(uid, connection)
        return self._feed(connection, frames) if connection else None

    def _feed(self, connection: _Connection, frames: bytes) -> clienthello.ClientHello | None:
        for offset, data in quicinitial.crypto_frames(frames):
            if offset + len(data) > MAX_HELLO_BYTES:
                raise Malformed(
                    "long_hello", f"CRYPTO data up to {offset + len(data)}, expected {MAX_HELLO_BYTES}"
                )
            connection.handshake += connection.stream.add(offset, data)
        return clienthello.parse(connection.handshake, "q")

    def _remember(self, uid: str, connection: _Connection | None) -> None:
        if uid not in self._connections and len(self._connections) >= MAX_CONNECTIONS:
            del self._connections[next(iter(self._connections))]
        self._connections[uid] = connection
