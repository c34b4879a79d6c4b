"""The shapes of a dissector, and the records that more than one of them makes. No I/O.

A datagram dissector reads each packet by itself; one object serves a whole capture. A stream dissector reads
one direction of one TCP connection; an object is made for each direction it claims. Neither ever raises:
bytes it cannot read become a Weird.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final, Protocol

from sensor.packet import Packet
from sensor.records import EncryptedDns, Observation, TlsClientHello, Weird
from sensor.wire.clienthello import ClientHello
from sensor.wire.malformed import Malformed
from sensor.wire.resolvers import encrypted_dns

MAX_DETAIL: Final = 200
"""Longest `detail` of a Weird, in characters: a sentence for a person, not a copy of the packet."""


class DatagramDissector(Protocol):
    """`KIND` and `PORTS` say which packets it is asked about; without ports it is asked about every one."""

    KIND: ClassVar[str]  # "udp", "arp", "icmp", "icmp6": Packet.kind
    PORTS: ClassVar[tuple[int, ...]]  # source or destination

    def accepts(self, packet: Packet) -> bool:
        """Return whether the packet, of the right kind and port, is one to read."""

    def dissect(self, packet: Packet) -> Iterable[Observation | Weird]:
        """Return what the packet says."""


class StreamDissector(Protocol):
    """`done` says that it wants no more of this direction."""

    done: bool

    @staticmethod
    def claims(packet: Packet) -> bool:
        """Return whether a direction whose segment this is begins, here, what this dissector reads."""

    def feed(self, packet: Packet, data: bytes) -> Iterable[Observation | Weird]:
        """Return what `data`, the next bytes in order, completes; `packet` is the one that brought them."""

    def end(self) -> tuple[Observation, ...]:
        """Return what was kept back for bytes that now will not come."""


def weird(packet: Packet, protocol: str, error: Malformed) -> Weird:
    """Return the Weird for bytes that did not parse.

    A packet that the capture cut short is told apart: it was sound on the wire for all we know.
    """
    what = "cut" if packet.cut else error.what
    return Weird(
        packet.ts, f"{protocol}_{what}", packet.uid or None, packet.src, packet.dst, error.detail[:MAX_DETAIL]
    )


def hello_records(packet: Packet, transport: str, hello: ClientHello) -> tuple[Observation, ...]:
    """Return the record of a hello that `packet` completed, and one more where it goes to a resolver."""
    record = TlsClientHello(
        packet.ts,
        packet.uid,
        packet.src_mac,
        transport,
        packet.src,
        packet.sport,
        packet.dst,
        packet.dport,
        *hello,
    )
    resolver = encrypted_dns(record)
    if resolver is None:
        return (record,)
    kind, reason = resolver
    head = (packet.ts, packet.uid, packet.src_mac, packet.src, packet.dst, packet.dport)
    return record, EncryptedDns(*head, kind, record.server_name, reason)
