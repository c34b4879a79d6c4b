"""LLDP (IEEE 802.1AB): where a device says its MUD file is (RFC 8520 §11); nothing else is kept. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final

from sensor.dissect.interface import weird
from sensor.packet import Packet
from sensor.records import MudUrl, Observation, Weird
from sensor.wire.malformed import Malformed
from sensor.wire.text import printable

_END, _ORGANISATION = 0, 127  # IEEE 802.1AB §8.4.1
_MUD: Final = b"\x00\x00\x5e\x01"
"""IANA's OUI and the subtype of a MUD URL (RFC 8520 §11)."""


class Lldp:
    """One frame; bridges do not pass it on, so it comes from the device whose address it bears."""

    KIND: ClassVar[str] = "lldp"
    PORTS: ClassVar[tuple[int, ...]] = ()

    def accepts(self, packet: Packet) -> bool:
        return True

    def dissect(self, packet: Packet) -> Iterator[Observation | Weird]:
        try:
            url = _mud_url(packet.payload)
        except Malformed as error:
            yield weird(packet, "lldp", error)
            return
        if url.startswith("https://"):
            src = "0.0.0.0"  # noqa: S104 - the frame has no address of it
            yield MudUrl(packet.ts, packet.src_mac, src, url, "lldp")


def _mud_url(data: bytes) -> str:
    """Return the address that the first MUD TLV holds, "" where there is none. Raises Malformed.

    A TLV is 7 bits of type, 9 bits of length and a value of at most 511 bytes (§8.4).
    """
    offset = 0
    while offset + 2 <= len(data):
        head = int.from_bytes(data[offset : offset + 2], "big")
        kind, size = head >> 9, head & 0x1FF
        value = data[offset + 2 : offset + 2 + size]
        if len(value) < size:
            raise Malformed("tlv_length", f"TLV {kind} of {size} bytes reaches past the end")
        if kind == _END:
            break
        if kind == _ORGANISATION and value[:4] == _MUD:
            return printable(value[4:])
        offset += 2 + size
    return ""
