"""NetBIOS names over UDP (RFC 1002 §4.2): what older devices call themselves and look for. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final

from sensor.dissect.interface import weird
from sensor.packet import Packet
from sensor.records import LocalName, Observation, Weird
from sensor.wire.malformed import Malformed
from sensor.wire.text import ipv4, printable

_HEADER: Final = 12
_NAME_BYTES: Final = 32
_NB: Final = b"\0\x20\0\1"  # type NB, class IN
_QUERY: Final = 0
_CLAIMS: Final = (5, 8, 9)  # registration, refresh (RFC 1002 §4.2.1.1; 9 is an old form of it)
_MAX_LABELS: Final = 16


class Nbns:
    """One message a packet: queries, registrations and positive answers."""

    KIND: ClassVar[str] = "udp"
    PORTS: ClassVar[tuple[int, ...]] = (137,)

    def accepts(self, packet: Packet) -> bool:
        return True

    def dissect(self, packet: Packet) -> Iterator[Observation | Weird]:
        try:
            found = _name_of(packet)
        except (Malformed, IndexError) as error:
            malformed = (
                error if isinstance(error, Malformed) else Malformed("truncated", "ends inside a name")
            )
            yield weird(packet, "nbns", malformed)
        else:
            if found:
                yield found


def _name_of(packet: Packet) -> LocalName | None:
    """Return the record, None for other messages. Raises Malformed or IndexError."""
    data = packet.payload
    if len(data) < _HEADER:
        raise Malformed("header", f"{len(data)} bytes, expected at least 12")
    operation, is_answer = data[2] >> 3 & 15, data[2] & 0x80
    asked = data[4] << 8 | data[5]
    if is_answer and (operation != _QUERY or data[3] & 15 or asked):
        return None  # a refusal, or an acknowledgement that names nobody new
    name, offset = _name(data, _HEADER)
    kind = data[offset : offset + 4]
    if is_answer:
        return _record(packet, "claim", name, _addresses(data, offset + 8)) if kind == _NB else None
    if operation in _CLAIMS:
        return _record(packet, "claim", name, _claimed(data, offset + 4))
    return _record(packet, "query", name, ()) if operation == _QUERY and kind == _NB else None


def _record(packet: Packet, kind: str, name: bytes, addresses: tuple[str, ...]) -> LocalName:
    text = printable(name[:15].rstrip(b" \0"))
    return LocalName(packet.ts, packet.src_mac, packet.src, "nbns", kind, text, name[15], addresses)


def _name(data: bytes, offset: int) -> tuple[bytes, int]:
    """Return the sixteen bytes of a name and the offset after it (RFC 1001 §14.1: two letters a byte)."""
    letters = data[offset + 1 : offset + 1 + _NAME_BYTES]
    if data[offset] != _NAME_BYTES or len(letters) < _NAME_BYTES or not all(65 <= c <= 80 for c in letters):
        raise Malformed("name", f"read {printable(data[offset : offset + 33])!r}, expected 32 letters A to P")
    name = bytes((a - 65) << 4 | b - 65 for a, b in zip(letters[::2], letters[1::2], strict=True))
    offset += 1 + _NAME_BYTES
    for _ in range(_MAX_LABELS):  # the scope, nearly always empty
        if not data[offset]:
            return name, offset + 1
        offset += 1 + data[offset]
    raise Malformed("scope", f"more than {_MAX_LABELS} labels")


def _claimed(data: bytes, offset: int) -> tuple[str, ...]:
    """Return the addresses of the additional record, whose name points back."""
    if data[offset : offset + 1] >= b"\xc0":
        offset += 2
    else:
        _, offset = _name(data, offset)
    return _addresses(data, offset + 8)


def _addresses(data: bytes, offset: int) -> tuple[str, ...]:
    """Return the addresses in NB data, each behind two bytes of flags (RFC 1002 §4.2.1.3)."""
    size = int.from_bytes(data[offset : offset + 2], "big")
    body = data[offset + 2 : offset + 2 + min(size, 6 * 16)]
    return tuple(ipv4(body[at + 2 : at + 6]) for at in range(0, len(body) - 5, 6))
