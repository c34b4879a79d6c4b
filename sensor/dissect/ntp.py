"""NTP requests (RFC 5905 §7.3): the time servers a device asks tell its maker. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final

from sensor.dissect.interface import weird
from sensor.packet import Packet
from sensor.records import NtpRequest, Observation, Weird
from sensor.wire.malformed import Malformed

_PORT: Final = 123
_CLIENT: Final = 3
_HEADER_BYTES: Final = 48


class Ntp:
    """Client requests only."""

    KIND: ClassVar[str] = "udp"
    PORTS: ClassVar[tuple[int, ...]] = (_PORT,)

    def accepts(self, packet: Packet) -> bool:
        return packet.dport == _PORT and packet.payload[:1] != b"" and packet.payload[0] & 7 == _CLIENT

    def dissect(self, packet: Packet) -> Iterator[Observation | Weird]:
        version = packet.payload[0] >> 3 & 7
        if len(packet.payload) < _HEADER_BYTES or not 1 <= version <= 4:
            found = f"version {version} in {len(packet.payload)} bytes, expected 1 to 4 in at least 48"
            yield weird(packet, "ntp", Malformed("header", found))
        else:
            yield NtpRequest(packet.ts, packet.uid, packet.src_mac, packet.src, packet.dst, version)
