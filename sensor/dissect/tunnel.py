"""The beginnings of WireGuard, OpenVPN and IPsec: inside them nothing will be seen. No I/O.

WireGuard: https://www.wireguard.com/protocol/ (handshake initiation). OpenVPN: draft-openvpn-protocol
(a client's reset). IPsec: IKE (RFC 7296 §3.1), behind NAT with a marker before it (RFC 3948 §2.2).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Final

from sensor.packet import Packet
from sensor.records import Observation, Tunnel, Weird

_IKE_PORTS: Final = (500, 4500)
_OPENVPN_PORT: Final = 1194
_OPENVPN_RESETS: Final = (0x38, 0x50)  # P_CONTROL_HARD_RESET_CLIENT_V2, V3; key id 0
_IKE_VERSIONS: Final = (0x10, 0x20)
_IKE_EXCHANGES: Final = (2, 4, 34)  # identity protection and aggressive (RFC 2408), IKE_SA_INIT
_FIRST_PACKET_AT: Final = {42: 29, 54: 41, 86: 73}
"""Length of an OpenVPN reset under tls-auth with SHA-1, SHA-256, SHA-512 → where its packet id 1 stands."""


class VpnDatagrams:
    """WireGuard, OpenVPN and IKE over UDP."""

    KIND: ClassVar[str] = "udp"
    PORTS: ClassVar[tuple[int, ...]] = ()

    def accepts(self, packet: Packet) -> bool:
        return _kind(packet) is not None

    def dissect(self, packet: Packet) -> Iterator[Observation | Weird]:
        kind = _kind(packet)
        if kind:
            yield _record(packet, kind)


class OpenVpnStream:
    """OpenVPN over TCP: its packets each behind their length in two bytes."""

    def __init__(self) -> None:
        self.done = False

    @staticmethod
    def claims(packet: Packet) -> bool:
        data = packet.payload
        whole = len(data) >= 16 and data[0] << 8 | data[1] == len(data) - 2
        return whole and _is_openvpn(data[2:], packet)

    def feed(self, packet: Packet, data: bytes) -> Iterable[Observation | Weird]:
        self.done = True
        return (_record(packet, "openvpn"),)

    def end(self) -> tuple[()]:
        return ()


def _record(packet: Packet, kind: str) -> Tunnel:
    return Tunnel(packet.ts, packet.uid, packet.src_mac, packet.src, packet.dst, packet.dport, kind)


def _kind(packet: Packet) -> str | None:
    """Return what begins with this packet, None for everything else."""
    data = packet.payload
    if len(data) == 148 and data[:4] == b"\1\0\0\0":
        return "wireguard"
    if packet.dport in _IKE_PORTS and _is_ike(data[4:] if data[:4] == b"\0\0\0\0" else data):
        return "ipsec"
    return "openvpn" if _is_openvpn(data, packet) else None


def _is_ike(data: bytes) -> bool:
    """Say whether this is an initiator's first message: the responder has no SPI yet."""
    return (
        len(data) >= 28
        and data[:8] != bytes(8)
        and data[8:16] == bytes(8)
        and data[17] in _IKE_VERSIONS
        and data[18] in _IKE_EXCHANGES
        and int.from_bytes(data[24:28], "big") == len(data)
    )


def _is_openvpn(data: bytes, packet: Packet) -> bool:
    """Say whether this is a client's reset: plain, under tls-auth or tls-crypt, or on OpenVPN's own port."""
    if len(data) < 14 or data[0] not in _OPENVPN_RESETS:
        return False
    if packet.dport == _OPENVPN_PORT:
        return True
    if len(data) == 14:
        return data[9:14] == bytes(5)
    at = _FIRST_PACKET_AT.get(len(data), 9)
    return data[9:13] == b"\0\0\0\1" or data[at : at + 4] == b"\0\0\0\1"
