"""SSDP (UPnP Device Architecture 2.0 §1): devices announce themselves and search for others. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final

from sensor.dissect.interface import weird
from sensor.packet import Packet
from sensor.records import Observation, SsdpAnnouncement, Weird
from sensor.wire import httphead
from sensor.wire.httphead import Head
from sensor.wire.malformed import Malformed
from sensor.wire.text import printable

_KINDS: Final = {
    b"NOTIFY": ("notify", b"nt"),
    b"M-SEARCH": ("search", b"st"),
    b"HTTP/1.1": ("response", b"st"),
}


class Ssdp:
    """One message a packet."""

    KIND: ClassVar[str] = "udp"
    PORTS: ClassVar[tuple[int, ...]] = (1900,)

    def accepts(self, packet: Packet) -> bool:
        return True

    def dissect(self, packet: Packet) -> Iterator[Observation | Weird]:
        try:
            yield _announcement(packet)
        except Malformed as error:
            yield weird(packet, "ssdp", error)


def _announcement(packet: Packet) -> SsdpAnnouncement:
    # Many devices leave the empty line out, and a datagram ends by itself.
    head = httphead.parse(packet.payload.rstrip(b"\r\n\0") + b"\r\n\r\n")
    if head is None:
        raise Malformed("head", "no message head")
    kind, target = _KINDS.get(head.start.split(b" ", 1)[0].upper(), ("", b""))
    if not kind:
        raise Malformed(
            "start_line", f"read {printable(head.start[:40])!r}, expected NOTIFY, M-SEARCH or HTTP/1.1"
        )
    return SsdpAnnouncement(
        packet.ts,
        packet.src_mac,
        packet.src,
        kind,
        _value(head, target),
        _value(head, b"usn"),
        _value(head, b"server"),
        _value(head, b"location"),
        _value(head, b"user-agent"),
    )


def _value(head: Head, name: bytes) -> str | None:
    value = head.values.get(name)
    return None if value is None else printable(value)
