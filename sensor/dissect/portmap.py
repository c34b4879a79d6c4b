"""NAT-PMP (RFC 6886) and PCP (RFC 6887): a device asks the router to let the Internet in. No I/O.

UPnP's way of asking, IGD, comes over HTTP and is read there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final

from sensor.dissect.interface import weird
from sensor.packet import Packet
from sensor.records import Observation, PortMapping, Weird
from sensor.wire.malformed import Malformed
from sensor.wire.text import ipv6

_PORT: Final = 5351
_NAT_PMP, _PCP = 0, 2
_NAT_PMP_BYTES, _PCP_BYTES = 12, 60
_MAP, _PEER = 1, 2
_PROTOCOLS: Final = {0: "all", 6: "tcp", 17: "udp"}
_MAPPED: Final = "::ffff:"


class PortMap:
    """Requests only: what the router answers is seen in what arrives then."""

    KIND: ClassVar[str] = "udp"
    PORTS: ClassVar[tuple[int, ...]] = (_PORT,)

    def accepts(self, packet: Packet) -> bool:
        return packet.dport == _PORT and packet.payload[1:2] < b"\x80"

    def dissect(self, packet: Packet) -> Iterator[Observation | Weird]:
        data = packet.payload
        version, operation = data[0], data[1] if len(data) > 1 else 0
        if version == _NAT_PMP and operation in (1, 2):
            if len(data) < _NAT_PMP_BYTES:
                yield weird(packet, "nat_pmp", Malformed("header", f"{len(data)} bytes, expected 12"))
            else:
                yield _nat_pmp(packet, data)
        elif version == _PCP and operation in (_MAP, _PEER):
            if len(data) < _PCP_BYTES:
                yield weird(packet, "pcp", Malformed("header", f"{len(data)} bytes, expected 60"))
            else:
                yield _pcp(packet, data)


def _nat_pmp(packet: Packet, data: bytes) -> PortMapping:
    """RFC 6886 §3.3."""
    internal, external = int.from_bytes(data[4:6], "big"), int.from_bytes(data[6:8], "big")
    lifetime_s = int.from_bytes(data[8:12], "big")
    proto = "udp" if data[1] == 1 else "tcp"
    return _record(packet, "nat-pmp", proto, packet.src, (internal, external, lifetime_s))


def _pcp(packet: Packet, data: bytes) -> PortMapping:
    """RFC 6887 §7.1, §11.1: lifetime and client address, then nonce, protocol and ports."""
    lifetime_s = int.from_bytes(data[4:8], "big")
    internal, external = int.from_bytes(data[40:42], "big"), int.from_bytes(data[42:44], "big")
    proto = _PROTOCOLS.get(data[36], f"ip-{data[36]}")
    address = ipv6(data[8:24]).removeprefix(_MAPPED)
    return _record(packet, "pcp", proto, address, (internal, external, lifetime_s))


def _record(
    packet: Packet, protocol: str, proto: str, address: str, numbers: tuple[int, int, int]
) -> PortMapping:
    action = "add" if numbers[2] else "delete"
    head = (packet.ts, packet.uid, packet.src_mac, packet.src, packet.dst)
    return PortMapping(*head, protocol, action, proto, address, *numbers, None)
