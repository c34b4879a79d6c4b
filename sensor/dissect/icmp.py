"""Reports of unreachable hosts by ICMP (RFC 792) and ICMPv6 (RFC 4443 §3.1): hints, easily forged. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final

from sensor.packet import Packet
from sensor.records import Observation, Unreachable, Weird
from sensor.wire.text import ipv4, ipv6

_PROTOCOLS: Final = {6: "tcp", 17: "udp"}
_HEADER: Final = 8


class Icmp:
    """Reports over IPv4."""

    KIND: ClassVar[str] = "icmp"
    PORTS: ClassVar[tuple[int, ...]] = ()

    def accepts(self, packet: Packet) -> bool:
        return packet.payload[:1] == b"\3" and len(packet.payload) >= _HEADER + 20

    def dissect(self, packet: Packet) -> Iterator[Observation | Weird]:
        inner = packet.payload[_HEADER:]
        header = (inner[0] & 15) * 4
        if inner[0] >> 4 == 4 and header >= 20:
            yield _record(packet, ipv4(inner[16:20]), inner[9], inner[header : header + 4])


class Icmp6:
    """Reports over IPv6."""

    KIND: ClassVar[str] = "icmp6"
    PORTS: ClassVar[tuple[int, ...]] = ()

    def accepts(self, packet: Packet) -> bool:
        return packet.payload[:1] == b"\1" and len(packet.payload) >= _HEADER + 40

    def dissect(self, packet: Packet) -> Iterator[Observation | Weird]:
        inner = packet.payload[_HEADER:]
        if inner[0] >> 4 == 6:
            yield _record(packet, ipv6(inner[24:40]), inner[6], inner[40:44])


def _record(packet: Packet, dst: str, proto: int, ports: bytes) -> Unreachable:
    known = proto in _PROTOCOLS and len(ports) == 4
    return Unreachable(
        packet.ts,
        packet.dst_mac,
        packet.dst,
        packet.src,
        packet.payload[1],
        dst,
        _PROTOCOLS.get(proto, f"ip-{proto}"),
        int.from_bytes(ports[2:], "big") if known else 0,
    )
