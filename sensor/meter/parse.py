"""One frame → addresses, ports and lengths, down to the transport payload. Does no I/O.

Tunnels are not opened: VXLAN, Geneve and GTP count as the UDP flow that carries them. What is read is bounded
by what was captured; what is counted is what was on the wire. `_parse.h` does the
same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from sensor.communityid import icmp_ports
from sensor.meter.flowid import NO_VLAN
from sensor.meter.link import IPV4, IPV6, MPLS, NO_FAMILY, PPP, PPP_KINDS, PPPOE, WIFI, Bad, be16, link_layer
from sensor.meter.names import ICMP, ICMP6, SCTP, TCP, UDP

MAX_TAGS: Final = 16
"""Headers between link and network layer (VLAN tags, MPLS labels, …); real networks stack three or four."""

MAX_EXTENSIONS: Final = 16
"""IPv6 extension headers that are passed over; RFC 8200 §4.1 knows seven, each at most twice."""

VLAN_TYPES: Final = frozenset({0x8100, 0x88A8, 0x9100, 0x9200, 0x9300})
MPLS_TYPES: Final = frozenset({0x8847, 0x8848})

OTHER_TYPES: Final = {
    0x0806: "arp",
    0x8035: "rarp",
    0x888E: "eapol",
    0x88CC: "lldp",
    0x8863: "pppoe",
    0x9000: "loopback",
    0x893A: "ieee1905",
    0x88E1: "homeplug",
    0x8847: "mpls",  # cut short
    0x8848: "mpls",
    0x8864: "ppp",
    MPLS: "mpls",
    PPP: "ppp",
    NO_FAMILY: "null",
    WIFI: "wifi",
}


class Other(NamedTuple):
    """A frame without IP. `body` is what follows the link-layer header."""

    kind: str
    src_mac: bytes | None
    dst_mac: bytes | None
    body: bytes


@dataclass(slots=True)
class Ip:
    """An IP packet. `weird` names what was wrong with it; it is counted in its flow all the same."""

    src_mac: bytes | None
    dst_mac: bytes | None
    vlan: int  # outermost 802.1Q id; NO_VLAN without a tag
    src: bytes = b""
    dst: bytes = b""
    proto: int = 0
    sport: int = 0
    dport: int = 0
    ip_bytes: int = 0
    payload_bytes: int = 0  # on the wire
    payload: bytes = b""  # as captured; ICMP: with its header; empty for what is never handed up
    cut: bool = False
    flags: int = 0  # TCP
    seq: int = 0  # TCP
    weird: str = ""
    fragment: int = 0  # identification << 16 | offset in 8 bytes << 1 | more follow; 0 for whole packets


def parse(link: int, data: bytes, wire: int) -> Ip | Other | Bad:
    """Return what the frame holds. `wire` is its length on the wire, at least `len(data)`."""
    head = link_layer(link, data)
    if isinstance(head, Bad):
        return head
    src_mac, dst_mac, kind, at = head
    vlan = NO_VLAN
    for _ in range(MAX_TAGS):
        inner = _unwrap(kind, data, at)
        if inner is None:
            return _network(Ip(src_mac, dst_mac, vlan), kind, data, at, wire - at)
        if kind in VLAN_TYPES and vlan == NO_VLAN:
            vlan = be16(data, at) & 0x0FFF or NO_VLAN  # id 0 only carries a priority (802.1Q §9.6)
        kind, at = inner
    return Bad("link_too_many_tags", f"read {MAX_TAGS} tags, expected a network layer after them")


def _unwrap(kind: int, data: bytes, at: int) -> tuple[int, int] | None:
    """Return what is inside one tag: its kind and where it begins; None where there is no (whole) tag."""
    left = len(data) - at
    if kind in VLAN_TYPES and left >= 4:
        return be16(data, at + 2), at + 4
    if kind in MPLS_TYPES and left >= 5:  # RFC 3032 §2.1; then the first nibble tells IP (RFC 4928 §3)
        inner = {4: IPV4, 6: IPV6}.get(data[at + 4] >> 4, MPLS)
        return inner if data[at + 2] & 1 else kind, at + 4
    if kind == PPPOE and left >= 8:  # RFC 2516 §4
        return PPP_KINDS.get(be16(data, at + 6), PPP), at + 8
    if kind <= 1500 and left >= 8 and data[at : at + 6] == b"\xaa\xaa\x03\0\0\0":  # SNAP (RFC 1042)
        return be16(data, at + 6), at + 8
    return None


def _network(ip: Ip, kind: int, data: bytes, at: int, wire: int) -> Ip | Other | Bad:
    """Read the network layer that begins at `at` and has `wire` bytes on the wire."""
    if kind == IPV4:
        return _ipv4(ip, data, at, wire)
    if kind == IPV6:
        return _ipv6(ip, data, at, wire)
    name = OTHER_TYPES.get(kind, "ethertype")
    if kind <= 1500:
        name = "stp" if data[at : at + 2] == b"\x42\x42" else "llc"
    return Other(name, ip.src_mac, ip.dst_mac, data[at:])


def _ipv4(ip: Ip, data: bytes, at: int, wire: int) -> Ip | Bad:
    """RFC 791 §3.1."""
    captured = len(data) - at
    if captured < 20:
        return Bad("ipv4_short_header", f"read {captured} bytes, expected at least 20")
    header = (data[at] & 0x0F) * 4
    if data[at] >> 4 != 4 or header < 20:
        return Bad(
            "ipv4_bad_header", f"read version {data[at] >> 4} and {header} bytes, expected 4 and 20 to 60"
        )
    total = be16(data, at + 2) or wire  # 0: the network card cuts it later (segmentation offload)
    if total < header:
        return Bad("ipv4_bad_length", f"read a length of {total}, expected at least the header's {header}")
    if total > wire:
        total, ip.weird = wire, "ipv4_length_beyond_frame"
    ip.ip_bytes = total
    ip.proto = data[at + 9]
    ip.src, ip.dst = data[at + 12 : at + 16], data[at + 16 : at + 20]
    rest, left = data[at + header : at + total], max(0, total - header)
    place = be16(data, at + 6) & 0x3FFF
    if place:
        ip.fragment = be16(data, at + 4) << 16 | (place & 0x1FFF) << 1 | place >> 13
    if place & 0x1FFF:
        return _later_fragment(ip, rest, left)
    return _transport(ip, rest, left)


def _later_fragment(ip: Ip, rest: bytes, left: int) -> Ip:
    """A fragment that is not the first has no ports."""
    ip.payload_bytes = left
    if ip.proto == UDP:
        ip.payload, ip.cut = rest, len(rest) < left
    return ip


def _ipv6(ip: Ip, data: bytes, at: int, wire: int) -> Ip | Bad:
    """RFC 8200 §3, §4."""
    captured = len(data) - at
    if captured < 40:
        return Bad("ipv6_short_header", f"read {captured} bytes, expected at least 40")
    if data[at] >> 4 != 6:
        return Bad("ipv6_bad_header", f"read version {data[at] >> 4}, expected 6")
    length, proto = be16(data, at + 4), data[at + 6]
    total = 40 + length if length or proto == 59 else wire  # 0: jumbogram or segmentation offload
    if total > wire:
        total, ip.weird = wire, "ipv6_length_beyond_frame"
    ip.ip_bytes = total
    ip.src, ip.dst = data[at + 8 : at + 24], data[at + 24 : at + 40]
    return _extensions(ip, proto, data[at + 40 : at + total], total - 40)


def _extensions(ip: Ip, proto: int, rest: bytes, left: int) -> Ip:
    """Pass over extension headers; one that cannot be read ends the search, as the packet's protocol."""
    for _ in range(MAX_EXTENSIONS):
        if proto not in (0, 43, 44, 51, 60):  # hop-by-hop, routing, fragment, AH, destination options
            ip.proto = proto
            return _transport(ip, rest, left)
        size = 8
        if len(rest) >= 8 and proto != 44:
            size = (rest[1] + 2) * 4 if proto == 51 else (rest[1] + 1) * 8
        if len(rest) < 8 or len(rest) < size:
            break
        later = proto == 44 and be16(rest, 2) >> 3
        if proto == 44 and be16(rest, 2) & 0xFFF9:
            place = be16(rest, 2)
            ip.fragment = int.from_bytes(rest[4:8], "big") << 16 | place >> 3 << 1 | place & 1
        proto, rest, left = rest[0], rest[size:], left - size
        if later:
            ip.proto = proto
            return _later_fragment(ip, rest, left)
    ip.proto, ip.payload_bytes = proto, left
    return ip


def _transport(ip: Ip, rest: bytes, left: int) -> Ip:
    """Read ports and payload; `rest` was captured of the `left` bytes on the wire."""
    if ip.proto in (TCP, UDP, SCTP) and len(rest) >= 4:
        ip.sport, ip.dport = be16(rest, 0), be16(rest, 2)
    if ip.proto == TCP:
        _tcp(ip, rest, left)
    elif ip.proto == UDP:
        _udp(ip, rest, left)
    elif ip.proto == SCTP:
        ip.payload_bytes = max(0, left - 12)
    elif ip.proto in (ICMP, ICMP6):
        if len(rest) >= 2:
            ip.sport, ip.dport = icmp_ports(ip.proto, rest[0], rest[1])
        ip.payload_bytes = max(0, left - 8)
        ip.payload, ip.cut = rest, len(rest) < left
    else:
        ip.payload_bytes = left
    return ip


def _tcp(ip: Ip, rest: bytes, left: int) -> None:
    """RFC 9293 §3.1."""
    ip.payload_bytes = max(0, left - 20)
    if left < 20:
        ip.weird = ip.weird or "tcp_short_header"
    if len(rest) < 14:
        return
    ip.seq, ip.flags = int.from_bytes(rest[4:8], "big"), rest[13]
    header = (rest[12] >> 4) * 4
    if header < 20 or header > left:
        ip.weird = ip.weird or "tcp_bad_header_length"
        return
    ip.payload_bytes = left - header
    ip.payload = rest[header:]
    ip.cut = len(ip.payload) < ip.payload_bytes


def _udp(ip: Ip, rest: bytes, left: int) -> None:
    """RFC 768. A first fragment has fewer bytes than its length field says: then it is `cut`."""
    ip.payload_bytes = max(0, left - 8)
    if left < 8:
        ip.weird = ip.weird or "udp_short_header"
    if len(rest) < 8:
        return
    length = be16(rest, 4)
    if 8 <= length <= left:
        ip.payload_bytes = length - 8
    elif 0 < length < 8:
        ip.weird = ip.weird or "udp_bad_length"
    ip.payload = rest[8 : 8 + ip.payload_bytes]
    ip.cut = len(ip.payload) < ip.payload_bytes or length > left
