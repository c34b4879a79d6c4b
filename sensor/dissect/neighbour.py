"""Which MAC an address belongs to: ARP (RFC 826) and IPv6 neighbour discovery (RFC 4861). No I/O.

A router's advertisement also says what it offers to the link (RFC 4861 §4.2, RFC 8106).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final

from sensor.dissect.interface import weird
from sensor.packet import Packet
from sensor.records import MAX_ITEMS, Neighbour, Observation, RouterAdvertisement, Weird
from sensor.wire.malformed import Malformed
from sensor.wire.text import ipv4, ipv6, mac, printable

_ETHERNET_IPV4: Final = b"\x00\x01\x08\x00\x06\x04"
_ARP_BYTES: Final = 28
_NO_MAC: Final = ("00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff")
_ROUTER_SOLICITATION, _ROUTER_ADVERTISEMENT, _SOLICITATION, _ADVERTISEMENT = 133, 134, 135, 136
_FIXED_BYTES: Final = {
    _ROUTER_SOLICITATION: 8,
    _ROUTER_ADVERTISEMENT: 16,
    _SOLICITATION: 24,
    _ADVERTISEMENT: 24,
}
_SOURCE_OPTION, _TARGET_OPTION = 1, 2  # RFC 4861 §4.6.1
_PREFIX, _RDNSS, _DNSSL = 3, 25, 31  # RFC 4861 §4.6.2, RFC 8106 §5


class Arp:
    """The sender of every request and reply; a probe (RFC 5227) has no address yet."""

    KIND: ClassVar[str] = "arp"
    PORTS: ClassVar[tuple[int, ...]] = ()

    def accepts(self, packet: Packet) -> bool:
        return True

    def dissect(self, packet: Packet) -> Iterator[Observation | Weird]:
        data = packet.payload
        if data[:6] != _ETHERNET_IPV4 or len(data) < _ARP_BYTES:
            found = f"read {data[:6].hex()} and {len(data)} bytes, expected {_ETHERNET_IPV4.hex()} and 28"
            yield weird(packet, "arp", Malformed("header", found))
            return
        sender, address = mac(data[8:14]), ipv4(data[14:18])
        if address != "0.0.0.0" and sender not in _NO_MAC:  # noqa: S104 - a probe, nothing is bound
            yield Neighbour(packet.ts, sender, address, "arp")


class Ndp:
    """Solicitations and advertisements of neighbours and routers, by their link-layer address options."""

    KIND: ClassVar[str] = "icmp6"
    PORTS: ClassVar[tuple[int, ...]] = ()

    def accepts(self, packet: Packet) -> bool:
        return packet.payload[:1] != b"" and packet.payload[0] in _FIXED_BYTES

    def dissect(self, packet: Packet) -> Iterator[Observation | Weird]:
        try:
            neighbour = _neighbour(packet)
        except Malformed as error:
            yield weird(packet, "ndp", error)
        else:
            if neighbour:
                yield neighbour
            if packet.payload[0] == _ROUTER_ADVERTISEMENT:
                yield _advertisement(packet)


def _neighbour(packet: Packet) -> Neighbour | None:
    """Return the binding, None where the message holds none."""
    data = packet.payload
    kind = data[0]
    fixed = _FIXED_BYTES[kind]
    if len(data) < fixed:
        raise Malformed("truncated", f"ICMPv6 type {kind} of {len(data)} bytes, expected at least {fixed}")
    options = _options(data, fixed)
    if kind == _ADVERTISEMENT:
        return _binding(packet, options.get(_TARGET_OPTION), ipv6(data[8:24]), "ndp")
    if (
        kind == _SOLICITATION and packet.src == "::"
    ):  # duplicate address detection: it wants the target itself
        return _binding(packet, None, ipv6(data[8:24]), "ndp")
    source = "ra" if kind == _ROUTER_ADVERTISEMENT else "ndp"
    return _binding(packet, options.get(_SOURCE_OPTION), packet.src, source)


def _binding(packet: Packet, option: bytes | None, address: str, source: str) -> Neighbour | None:
    """Return the binding to the option's MAC, to the frame's where there is no option."""
    owner = mac(option) if option else packet.src_mac
    if owner is None or owner in _NO_MAC or address == "::":
        return None
    return Neighbour(packet.ts, owner, address, source)


def _options(data: bytes, offset: int) -> dict[int, bytes]:
    """Return the link-layer address options by type."""
    found: dict[int, bytes] = {}
    for kind, body in _all_options(data, offset):
        if kind in (_SOURCE_OPTION, _TARGET_OPTION) and len(body) == 6:
            found.setdefault(kind, body)
    return found


def _all_options(data: bytes, offset: int) -> Iterator[tuple[int, bytes]]:
    """Yield type and body of each option (RFC 4861 §4.6). Raises Malformed."""
    while offset + 2 <= len(data):
        kind, size = data[offset], data[offset + 1] * 8
        if not size or offset + size > len(data):
            raise Malformed("option_length", f"option {kind} of {size} bytes at {offset} of {len(data)}")
        yield kind, data[offset + 2 : offset + size]
        offset += size


def _advertisement(packet: Packet) -> RouterAdvertisement:
    """Return what a router offers; its options were found sound."""
    data = packet.payload
    prefixes: list[str] = []
    servers: list[str] = []
    domains: list[str] = []
    for kind, body in _all_options(data, _FIXED_BYTES[_ROUTER_ADVERTISEMENT]):
        if kind == _PREFIX and len(body) == 30:
            prefixes.append(f"{ipv6(body[14:30])}/{body[0]}")
        elif kind == _RDNSS:
            servers += [ipv6(body[at : at + 16]) for at in range(6, len(body) - 15, 16)]
        elif kind == _DNSSL:
            domains += _domains(body[6:])
    return RouterAdvertisement(
        packet.ts,
        packet.src_mac,
        packet.src,
        data[6] << 8 | data[7],
        data[5] & 0x80 != 0,
        tuple(prefixes[:MAX_ITEMS]),
        tuple(servers[:MAX_ITEMS]),
        tuple(domains[:MAX_ITEMS]),
    )


def _domains(data: bytes) -> list[str]:
    """Return the domains of a DNSSL option: labels, a zero behind each domain, then padding."""
    found: list[str] = []
    labels: list[bytes] = []
    offset = 0
    while offset < len(data) and len(found) < MAX_ITEMS:
        size = data[offset]
        if size:
            labels.append(data[offset + 1 : offset + 1 + size])
        elif labels:
            found.append(printable(b".".join(labels)).lower())
            labels = []
        offset += 1 + size
    return found
