"""Which packets are worth dissecting: the one place where this is said. Does no I/O.

- ARP and LLDP, always; ICMPv6 neighbour discovery (types 133 to 137), always; "destination unreachable" of
  ICMP and ICMPv6 up to FIRST_PACKETS of a direction.
- UDP from or to one of UDP_PORTS; NTP (123) only from clients; among the first FIRST_PACKETS of a direction
  those from or to one of FIRST_PORTS and, on any port, what begins as QUIC, DTLS, STUN, WireGuard or OpenVPN.
- Fragments of UDP: the first from or to port 53, and FRAGMENTS later ones between two addresses.
- TCP by direction, from the first payload byte on: TLS (a handshake record) until the client's hello is
  complete, of a server up to 1.2 HELLO_BYTES for its certificate; HTTP/1 and RTSP on any port and DNS on port
  53 up to STREAM_BYTES; MQTT and OpenVPN up to FIRST_BYTES; nothing else. What is said before TLS begins (to
  a SOCKS proxy, a remote desktop, a database) is passed over for TRIES packets, on STARTTLS_PORTS for more.

Where a direction begins is known from its SYN; without one the first packet with payload is taken, and up to
TRIES packets may prove to be a beginning. Segments that overtake the first one are handed up unseen
(OVERTAKERS of them): whoever reassembles needs them. Packets without captured payload, never. `_select.h`
does the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sensor.meter.names import ICMP, ICMP6, TCP, UDP
from sensor.meter.parse import Ip
from sensor.packet import STREAM_BYTES

DISSECTED: Final = frozenset({"arp", "lldp"})
"""Kinds of frames without IP that are handed up."""

UDP_PORTS: Final = frozenset({53, 67, 68, 137, 546, 547, 1900, 5351, 5353, 5355})
FIRST_PORTS: Final = frozenset({500, 1194, 4500, 5683})  # IKE, OpenVPN, IKE behind NAT, CoAP
STARTTLS_PORTS: Final = frozenset({21, 25, 110, 143, 587, 5222})  # FTP, mail and XMPP
NTP_PORT, DNS_PORT = 123, 53
NDP_TYPES: Final = range(133, 138)
UNREACHABLE: Final = {ICMP: 3, ICMP6: 1}  # RFC 792, RFC 4443 §3.1

FIRST_PACKETS: Final = 8
"""Packets of a UDP direction in which a handshake is looked for: a ClientHello with post-quantum keys needs 2
or 3, and 0-RTT or a retry as many again. Also the reports of unreachable hosts between two addresses."""

FRAGMENTS: Final = 128
"""Later fragments of UDP handed up of one address to another: a DNS answer has one or two of them; a video
that is sent in fragments has thousands, which would all be copied."""

FIRST_BYTES: Final = 4096
"""Stream bytes of an MQTT or OpenVPN direction: their first message, with its client id and will topic."""

SERVER_EXTENSIONS: Final = 32
"""Extensions of a ServerHello that are looked through for the version: servers answer with fewer than ten."""

HELLO_BYTES: Final = 16_384
"""Stream bytes in which a first TLS message is read: the longest TLS record (RFC 8446 §5.1)."""

TRIES: Final = 4
"""Packets of a direction in which TLS may begin; of one without SYN, that may prove to be its beginning."""

STARTTLS_TRIES: Final = 16
"""Packets on a STARTTLS port in which TLS may begin: a greeting, an answer to EHLO and some lines before."""

OVERTAKERS: Final = 16
"""Segments that overtook the first one and are handed up unseen: HELLO_BYTES hold a dozen full ones."""

REORDER_BYTES: Final = 1_048_576
"""How far behind the newest segment a missing one is still expected (a large receive window)."""

METHODS: Final = (
    b"GET ", b"POST ", b"PUT ", b"HEAD ", b"DELETE ", b"OPTIONS ", b"PATCH ", b"CONNECT ", b"TRACE ",
    b"NOTIFY ", b"SUBSCRIBE ", b"UNSUBSCRIBE ", b"M-SEARCH ", b"HTTP/1.",
    b"DESCRIBE ", b"SETUP ", b"ANNOUNCE ", b"PLAY ", b"RECORD ",
)  # fmt: skip
"""How an HTTP/1 message (RFC 9110 §9, and UPnP eventing) or an RTSP request (RFC 2326 §10) begins."""

# What is known of a TCP direction.
TLS, STREAM, IGNORED = 64, 128, 192


@dataclass(slots=True)
class Side:
    """Memory of one direction: for UDP `state` counts packets, for TCP it is a state (plus tries made)."""

    state: int = 0
    base: int = 0  # sequence number of the first stream byte
    based: bool = False  # base is known
    limit: int = 0  # TLS: stream bytes to hand up


def selected(ip: Ip, side: Side) -> bool:
    """Say whether to hand up this packet, which belongs to the direction `side`."""
    if not ip.payload and ip.proto != TCP:
        return False
    if ip.proto == TCP:
        return _tcp(ip, side)
    if ip.proto == UDP:
        return _fragment(ip, side) if ip.fragment else _udp(ip, side)
    if ip.proto == ICMP6 and ip.payload[0] in NDP_TYPES:
        return True
    return ip.payload[0] == UNREACHABLE.get(ip.proto) and _count(side, FIRST_PACKETS)


def begins_anew(ip: Ip, side: Side) -> bool:
    """Say whether a SYN begins another connection of the same ends: a device that lost its power counts its
    ports anew.

    One that is sent again has the number from before; more than one without a word behind it is a scan.
    """
    return side.state > 0 and (ip.seq + 1) & 0xFFFFFFFF != side.base


def _count(side: Side, most: int) -> bool:
    """Count a packet of the direction; say whether it is one of the first `most`."""
    if side.state >= most:
        return False
    side.state += 1
    return True


def _fragment(ip: Ip, side: Side) -> bool:
    if ip.fragment & 0xFFFE:  # not the first
        return _count(side, FRAGMENTS)
    return DNS_PORT in (ip.sport, ip.dport)


def _udp(ip: Ip, side: Side) -> bool:
    if ip.sport in UDP_PORTS or ip.dport in UDP_PORTS:
        return True
    if NTP_PORT in (ip.sport, ip.dport):
        return ip.payload[0] & 7 == 3  # RFC 5905 §7.3: mode client
    if not _count(side, FIRST_PACKETS):
        return False
    return ip.sport in FIRST_PORTS or ip.dport in FIRST_PORTS or datagram(ip.payload)


def datagram(payload: bytes) -> bool:
    """Say whether this begins as one of the protocols that are recognised on any port."""
    if len(payload) < 5:
        return False
    first = payload[0]
    if first & 0xC0 == 0xC0:
        return payload[1:5] != b"\0\0\0\0"  # QUIC, a long header (RFC 9000 §17.2) with a version
    if first <= 1 and payload[4:8] == b"\x21\x12\xa4\x42":
        return len(payload) >= 20  # STUN (RFC 8489 §5)
    if first == 1:
        return len(payload) == 148 and payload[1:4] == b"\0\0\0"  # WireGuard's handshake initiation
    if first == 0x16:
        return payload[1] == 0xFE and len(payload) >= 13  # DTLS, a handshake record (RFC 6347 §4.1)
    return first in (0x38, 0x50) and len(payload) >= 14  # OpenVPN, a client's reset


def _tcp(ip: Ip, side: Side) -> bool:
    if side.state >= IGNORED:
        return False
    seq = ip.seq
    if ip.flags & 0x02:
        seq = (seq + 1) & 0xFFFFFFFF
        if side.state < TLS and not side.based:
            side.base, side.based = seq, True
    if not ip.payload:
        return False
    if side.state < TLS:
        return _first_bytes(ip, side, seq)
    return _within(ip, side, seq)


def _first_bytes(ip: Ip, side: Side, seq: int) -> bool:
    """Decide what the direction speaks, if this packet holds its first bytes."""
    dns = DNS_PORT in (ip.sport, ip.dport)
    if side.based and seq != side.base and not dns:
        return _overtaking(side, (seq - side.base) & 0xFFFFFFFF)
    if not side.based:
        side.base = seq
    if dns or http(ip.payload):
        side.state = STREAM
    elif tls(ip.payload):
        side.state, side.limit = TLS, hello_limit(ip.payload)
    elif mqtt(ip.payload) or openvpn(ip.payload):
        side.state, side.limit = TLS, FIRST_BYTES
    else:
        _pass_over(ip, side, seq)
        return False
    return _within(ip, side, seq)


def _pass_over(ip: Ip, side: Side, seq: int) -> None:
    """Let the next packet be looked at as this one was, if it is not the last to be tried."""
    starttls = ip.sport in STARTTLS_PORTS or ip.dport in STARTTLS_PORTS
    if starttls or side.based:
        side.base, side.based = (seq + len(ip.payload)) & 0xFFFFFFFF, True
    tries = STARTTLS_TRIES if starttls else TRIES
    side.state = IGNORED if side.state + 1 >= tries else side.state + 1


def _overtaking(side: Side, ahead: int) -> bool:
    """Say whether to hand up a segment that begins `ahead` bytes after the direction's first byte."""
    if ahead & 0x80000000:  # before it: a keep-alive
        return False
    if ahead > REORDER_BYTES:
        side.state = IGNORED
    if side.state >= OVERTAKERS or ahead >= HELLO_BYTES:
        return False
    side.state += 1
    return True


def _within(ip: Ip, side: Side, seq: int) -> bool:
    """Say whether the packet holds stream bytes below the limit of its direction."""
    at = (seq - side.base) & 0xFFFFFFFF
    if at & 0x80000000:  # before the base: only what reaches over it
        return at + len(ip.payload) > 1 << 32
    limit = STREAM_BYTES if side.state == STREAM else side.limit
    if at > limit + REORDER_BYTES or (side.state == TLS and encrypted(ip.payload)):
        side.state = IGNORED
    return at < limit and side.state != IGNORED


def http(payload: bytes) -> bool:
    """Say whether this begins an HTTP/1 message; a short payload may be the beginning of its beginning."""
    return any(payload[: len(method)] == method[: len(payload)] for method in METHODS)


def tls(payload: bytes) -> bool:
    """Say whether this begins a TLS handshake record (RFC 8446 §5.1)."""
    return payload[:2] == b"\x16\x03" or payload == b"\x16"


def encrypted(payload: bytes) -> bool:
    """Say whether a segment begins with a record that ends what a TLS direction says in the clear.

    That is ChangeCipherSpec or application data, of 3.1 to 3.4 (RFC 8446 §5.1). By chance, one segment in two
    million of a certificate begins so.
    """
    return len(payload) > 2 and payload[0] in (0x14, 0x17) and payload[1] == 3 and 1 <= payload[2] <= 4


def hello_limit(payload: bytes) -> int:
    """Return how many stream bytes hold the first handshake message, as far as its first bytes tell.

    A message in one record ends where its length says. One that goes over several records, or whose length is
    not here yet, is given HELLO_BYTES; so is a server that goes on in the clear (before TLS 1.3).
    """
    if len(payload) < 9 or (payload[5] == 2 and not tls13(payload)):
        return HELLO_BYTES
    record = int.from_bytes(payload[3:5], "big")
    message = 4 + int.from_bytes(payload[6:9], "big")
    return min(5 + message, HELLO_BYTES) if message <= record else HELLO_BYTES


def tls13(payload: bytes) -> bool:
    """Say whether a record holds a ServerHello that chooses TLS 1.3 (RFC 8446 §4.2.1)."""
    if len(payload) < 44:
        return False
    at = 44 + payload[43] + 5  # session id, cipher suite, compression, length of the extensions
    for _ in range(SERVER_EXTENSIONS):
        if at + 6 > len(payload):
            return False
        if payload[at : at + 2] == b"\0\x2b":
            return payload[at + 4 : at + 6] == b"\3\4"
        at += 4 + int.from_bytes(payload[at + 2 : at + 4], "big")
    return False


def mqtt(payload: bytes) -> bool:
    """Say whether this begins an MQTT CONNECT (MQTT 3.1.1 §3.1.1, §3.1.2.1)."""
    at = 1
    while at < min(len(payload), 4) and payload[at] & 0x80:  # the remaining length has at most four bytes
        at += 1
    return payload[:1] == b"\x10" and payload[at + 1 : at + 7] in (b"\0\4MQTT", b"\0\6MQIs")


def openvpn(payload: bytes) -> bool:
    """Say whether this is a client's reset of OpenVPN over TCP, behind its length."""
    if len(payload) < 16 or payload[2] not in (0x38, 0x50):
        return False
    return int.from_bytes(payload[:2], "big") == len(payload) - 2
