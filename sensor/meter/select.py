"""Which packets are worth dissecting: the one place where this is said. Does no I/O.

- ARP, always; ICMPv6 neighbour discovery (types 133 to 137), always.
- UDP from or to one of UDP_PORTS; NTP (123) only from clients; QUIC long headers (first two bits set, version
  not 0; RFC 9000 §17.2) among the first QUIC_PACKETS of a direction, on any port.
- TCP by direction, from the first payload byte on: TLS (a handshake record) until its first message is
  complete; HTTP/1 on any port and DNS on port 53 up to STREAM_BYTES; nothing else.

Where a direction begins is known from its SYN; without one the first packet with payload is taken, and up to
TRIES packets may prove to be a beginning. Segments that overtake the first one are handed up unseen
(OVERTAKERS of them): whoever reassembles needs them. Fragments but the first, and packets without captured
payload, never. `_meter.c` does the same in its section "select".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sensor.meter.flowid import ICMP6, TCP, UDP
from sensor.meter.parse import Ip
from sensor.packet import STREAM_BYTES

UDP_PORTS: Final = frozenset({53, 67, 68, 137, 546, 547, 1900, 5353, 5355})
NTP_PORT, DNS_PORT = 123, 53
NDP_TYPES: Final = range(133, 138)

QUIC_PACKETS: Final = 8
"""Packets of a UDP direction in which a handshake is looked for: a ClientHello with post-quantum keys needs 2
or 3, and 0-RTT or a retry as many again."""

HELLO_BYTES: Final = 16_384
"""Stream bytes in which a first TLS message is read: the longest TLS record (RFC 8446 §5.1)."""

TRIES: Final = 4
"""Packets of a direction without SYN that may prove to be its beginning."""

OVERTAKERS: Final = 16
"""Segments that overtook the first one and are handed up unseen: HELLO_BYTES hold a dozen full ones."""

REORDER_BYTES: Final = 1_048_576
"""How far behind the newest segment a missing one is still expected (a large receive window)."""

METHODS: Final = (
    b"GET ", b"POST ", b"PUT ", b"HEAD ", b"DELETE ", b"OPTIONS ", b"PATCH ", b"CONNECT ", b"TRACE ",
    b"NOTIFY ", b"SUBSCRIBE ", b"UNSUBSCRIBE ", b"M-SEARCH ", b"HTTP/1.",
)  # fmt: skip
"""How an HTTP/1 message begins (RFC 9110 §9, and UPnP eventing)."""

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
    if ip.proto == TCP:
        return _tcp(ip, side)
    if ip.proto == UDP:
        return _udp(ip, side)
    return ip.proto == ICMP6 and len(ip.payload) > 0 and ip.payload[0] in NDP_TYPES


def _udp(ip: Ip, side: Side) -> bool:
    if not ip.payload:
        return False
    if ip.sport in UDP_PORTS or ip.dport in UDP_PORTS:
        return True
    if NTP_PORT in (ip.sport, ip.dport):
        return ip.payload[0] & 7 == 3  # RFC 5905 §7.3: mode client
    if side.state >= QUIC_PACKETS:
        return False
    side.state += 1
    return len(ip.payload) >= 5 and ip.payload[0] & 0xC0 == 0xC0 and ip.payload[1:5] != b"\0\0\0\0"


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
    else:
        side.state = IGNORED if side.based or side.state + 1 >= TRIES else side.state + 1
        return False
    return _within(ip, side, seq)


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
    if at > limit + REORDER_BYTES:
        side.state = IGNORED
    return at < limit


def http(payload: bytes) -> bool:
    """Say whether this begins an HTTP/1 message; a short payload may be the beginning of its beginning."""
    return any(payload[: len(method)] == method[: len(payload)] for method in METHODS)


def tls(payload: bytes) -> bool:
    """Say whether this begins a TLS handshake record (RFC 8446 §5.1)."""
    return payload[:2] == b"\x16\x03" or payload == b"\x16"


def hello_limit(payload: bytes) -> int:
    """Return how many stream bytes hold the first handshake message, as far as its first bytes tell.

    A message in one record ends where its length says. One that goes over several records, or whose length is
    not here yet, is given HELLO_BYTES.
    """
    if len(payload) < 9:
        return HELLO_BYTES
    record = int.from_bytes(payload[3:5], "big")
    message = 4 + int.from_bytes(payload[6:9], "big")
    return min(5 + message, HELLO_BYTES) if message <= record else HELLO_BYTES
