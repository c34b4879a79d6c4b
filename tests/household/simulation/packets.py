"""Packets behind record lines: what a network card of the gateway would have seen of a short span.

Each flow has the packets, payload bytes and times that its record tells. What observations tell is in them as
real messages: DNS, DHCP, ARP, mDNS, NTP, TLS and QUIC hellos, requests; the rest is noise in TLS records.
"""

from __future__ import annotations

import heapq
import random
import socket
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import dpkt

from sensor.records import (
    DhcpAck,
    DhcpRequest,
    DnsAnswer,
    DnsQuery,
    FlowRecord,
    HttpRequest,
    MdnsService,
    Neighbour,
    NtpRequest,
    Record,
    TlsClientHello,
)
from tests.captures import messages
from tests.captures.frames import ACK, FIN, PCAP_HEADER, PSH, SYN, SYN_ACK, Ends, Tcp, pcap_record
from tests.captures.messages import option, sized
from tests.household.simulation import hello
from tests.household.simulation.emit import (
    BROADCAST,
    DHCP_BYTES,
    GATEWAY,
    GATEWAY_MAC,
    MDNS,
    NOBODY,
    RTT_S,
    SEGMENT,
    http_head,
    mdns_message,
)

NOISE: Final = random.Random(1).randbytes(16_384)
FLAGS: Final = {True: (SYN, ACK, FIN), False: (SYN_ACK, ACK, FIN)}
FLIGHT, FLIGHT_S = 10, 0.0004
"""Segments sent without waiting (RFC 6928), and how far apart."""

SHORT_HEADER: Final = b"\x40"
"""First byte of QUIC's packets after the handshake (RFC 9000 §17.3)."""

Clients = dict[str, hello.Client]
"""TLS implementations of a home's devices by each of their fingerprints."""

Event = tuple[float, bytes]
"""A time and the frame then seen."""


class Exchange(NamedTuple):
    """A flow, or a part of one, with what was read of it."""

    flow: FlowRecord
    said: tuple[Record, ...]
    clients: Clients

    @property
    def rng(self) -> random.Random:
        """Return the random numbers of this exchange alone."""
        return random.Random(f"{self.flow.uid}|{self.flow.part}")

    def ends(self) -> Ends:
        """Return the headers of both directions."""
        it = self.flow
        assert it.orig_mac and it.orig_dst_mac
        ports = it.orig_p, it.resp_p
        return Ends(_mac(it.orig_mac), _mac(it.orig_dst_mac), _ip(it.orig_h), _ip(it.resp_h), ports)


def span(records: Iterable[Record], begin: float, until: float) -> list[Record]:
    """Return what begins in a span: parts of flows, what was read of flows that begin in it, and the rest."""
    inside = [it for it in records if begin <= it.ts < until or getattr(it, "uid", None)]
    opened = {
        it.uid for it in inside if isinstance(it, FlowRecord) and it.part == 0 and begin <= it.ts < until
    }
    return [
        it
        for it in inside
        if (
            begin <= it.ts < until
            if isinstance(it, FlowRecord) or not hasattr(it, "uid")
            else it.uid in opened
        )
    ]


def events(records: Iterable[Record], clients: Clients) -> Iterator[Event]:
    """Yield the frames behind records, as `span` returns them, in the order of their time."""
    flows: list[FlowRecord] = []
    said: dict[str, list[Record]] = defaultdict(list)
    begun: list[tuple[float, Iterator[Event]]] = []
    renewed: dict[str, str | None] = {}
    for record in records:
        if isinstance(record, FlowRecord):
            flows.append(record)
        elif isinstance(record, DhcpAck):
            begun.append((record.ts, iter([(record.ts, _lent(record, renewed.get(record.mac)))])))
        elif type(record) in ALONE:
            if isinstance(record, DhcpRequest):
                renewed[record.mac] = record.client
            begun.append((record.ts, iter([(record.ts, ALONE[type(record)](record))])))
        elif hasattr(record, "uid"):
            said[record.uid].append(record)
    for flow in flows:
        if flow.resp_p not in (67, 68, 5353):
            told = said[flow.uid] if flow.part == 0 else ()
            begun.append((flow.ts, _frames(Exchange(flow, tuple(told), clients))))
    begun.sort(key=lambda it: it[0])
    return _merged(begun)


def capture(records: Iterable[Record], clients: Clients) -> Iterator[bytes]:
    """Yield a pcap file of the frames behind records, piece by piece; checksums are right."""
    yield PCAP_HEADER
    for ts, frame in events(records, clients):
        yield pcap_record(round(ts * 1e6), bytes(dpkt.ethernet.Ethernet(frame)))


def _merged(begun: list[tuple[float, Iterator[Event]]]) -> Iterator[Event]:
    """Yield the events of all exchanges in order; only those that go on are held."""
    waiting: list[tuple[float, int, bytes, Iterator[Event]]] = []
    for number, (ts, frames) in enumerate(begun):
        while waiting and waiting[0][0] <= ts:
            yield _next(waiting)
        _wait(waiting, number, frames)
    while waiting:
        yield _next(waiting)


def _next(waiting: list[tuple[float, int, bytes, Iterator[Event]]]) -> Event:
    ts, number, frame, frames = heapq.heappop(waiting)
    _wait(waiting, number, frames)
    return ts, frame


def _wait(
    waiting: list[tuple[float, int, bytes, Iterator[Event]]], number: int, frames: Iterator[Event]
) -> None:
    event = next(frames, None)
    if event is not None:
        heapq.heappush(waiting, (event[0], number, event[1], frames))


def _frames(it: Exchange) -> Iterator[Event]:
    if it.flow.proto == "tcp":
        return _unanswered(it) if not it.flow.resp_pkts and it.flow.orig_tcp_flags == SYN else _tcp(it)
    if it.flow.resp_p == 53:
        return _dns(it)
    return _ntp(it) if it.flow.resp_p == 123 else _quic(it)


def _spread(ts: float, until: float, count: int) -> list[float]:
    step = (until - ts) / max(1, count - 1)
    return [ts + step * number for number in range(count)]


def _paced(ts: float, until: float, count: int) -> list[float]:
    """Return times of segments: the first follow each other at once, the rest are spread."""
    flight = max(0, min(FLIGHT, count - 2))
    return [
        *(ts + FLIGHT_S * number for number in range(flight)),
        *_spread(ts + FLIGHT_S * flight, until, count - flight),
    ]


def _unanswered(it: Exchange) -> Iterator[Event]:
    """Yield SYNs that nobody answers."""
    syn = Tcp(it.ends(), it.rng).segment(True, SYN)
    for ts in _spread(it.flow.ts, it.flow.ts + it.flow.duration_s, it.flow.orig_pkts):
        yield ts, syn


def _tcp(it: Exchange) -> Iterator[Event]:
    """Yield a part of a connection: its handshake where it begins, data both ways, its end where it ends."""
    flow, tcp = it.flow, Tcp(it.ends(), it.rng)
    first, last = bool(flow.orig_tcp_flags & SYN), bool(flow.orig_tcp_flags & FIN & ~ACK)
    begin = flow.ts
    if first:
        begin = flow.ts + RTT_S
        yield flow.ts, tcp.segment(True, SYN)
        yield begin - 0.001, tcp.segment(False, SYN_ACK)
        yield begin - 0.0005, tcp.segment(True, ACK)
    up, down = _streams(it, opened=first)
    parts = [*_turns(True, up), *_turns(False, down)]
    kinds = [(is_up, PSH if part else ACK, part) for is_up, part in parts]
    if last:
        kinds += [(True, FIN, b""), (False, FIN, b"")]
    times = _paced(begin, flow.ts + flow.duration_s, len(kinds))
    for ts, (is_up, flags, part) in zip(times, kinds, strict=True):
        yield ts, tcp.segment(is_up, flags, part)


def _turns(is_up: bool, stream: bytes) -> Iterator[tuple[bool, bytes]]:
    """Yield the segments of a direction, and one acknowledgement for two full ones."""
    for number, offset in enumerate(range(0, len(stream), SEGMENT)):
        part = stream[offset : offset + SEGMENT]
        yield is_up, part
        if number % 2 and len(part) == SEGMENT:
            yield not is_up, b""


def _streams(it: Exchange, *, opened: bool) -> tuple[bytes, bytes]:
    """Return the bytes of both directions."""
    up, down, filled = b"", b"", _encrypted
    for record in it.said if opened else ():
        if isinstance(record, HttpRequest):
            up, filled = http_head(record), _text
            rest = it.flow.resp_bytes
            down = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            down %= rest - len(down % rest)
        elif isinstance(record, TlsClientHello):
            up, down = _hello(record, it), hello.answer(it.rng)
            up = b"\x16\x03\x01" + sized(up)
    return filled(up, it.flow.orig_bytes), filled(down, it.flow.resp_bytes)


def _text(begin: bytes, size: int) -> bytes:
    """Return the head of a message with a JSON text behind it."""
    room = size - len(begin)
    return begin + (b'"' + b"a" * (room - 2) + b'"' if room >= 2 else b"0" * room)


def _encrypted(begin: bytes, size: int) -> bytes:
    """Return what begins a direction, with encrypted TLS records behind it."""
    parts, room = [begin], size - len(begin)
    while room > 0:
        length = min(room, len(NOISE))
        parts.append((b"\x17\x03\x03" + sized(NOISE[: max(0, length - 5)]))[:length])
        room -= length
    return b"".join(parts)


def _hello(record: TlsClientHello, it: Exchange) -> bytes:
    name, quic = record.server_name or "", record.transport == "quic"
    return hello.message(it.clients[record.ja4], name, it.rng, quic=quic, ech=record.ech)


def _quic(it: Exchange) -> Iterator[Event]:
    """Yield the datagrams of a part of a QUIC connection."""
    flow, ends, rng = it.flow, it.ends(), it.rng
    first = [record for record in it.said if isinstance(record, TlsClientHello)]
    up, down = flow.orig_bytes, flow.resp_bytes
    sizes = []
    if first:
        yield flow.ts, ends.udp(True, hello.initial(_hello(first[0], it), rng))
        up -= hello.INITIAL_BYTES
    counts = {True: flow.orig_pkts - len(first), False: flow.resp_pkts}
    for is_up, room in ((True, up), (False, down)):
        count = counts[is_up]
        sizes += [(is_up, room * (n + 1) // count - room * n // count) for n in range(count)]
    begin = flow.ts + (RTT_S if first else 0.0)
    for ts, (is_up, size) in zip(_spread(begin, flow.ts + flow.duration_s, len(sizes)), sizes, strict=True):
        yield ts, ends.udp(is_up, SHORT_HEADER + NOISE[: size - 1])


def _dns(it: Exchange) -> Iterator[Event]:
    ends, rng = it.ends(), it.rng
    asked = b""
    for record in it.said:
        if isinstance(record, DnsQuery):
            asked = asked or messages.question(rng, messages.wire_name(record.query.encode()), record.qtype)
            yield record.ts, ends.udp(True, asked)
        elif isinstance(record, DnsAnswer):
            alias = messages.wire_name(record.cnames[0].encode()) if record.cnames else b""
            found = [_ip(address) for address in record.addresses]
            yield (
                record.ts,
                ends.udp(False, messages.answer(asked, alias, found, record.qtype, record.ttl_s or 0)),
            )


def _ntp(it: Exchange) -> Iterator[Event]:
    now = it.rng.randbytes(8)
    versions = [record.version for record in it.said if isinstance(record, NtpRequest)]
    head = versions[0] << 3 if versions else 0x20
    yield it.flow.ts, it.ends().udp(True, bytes((head | 3,)) + bytes(39) + now)
    answer = bytes((head | 4,)) + b"\x02\x06\xec" + bytes(20) + now + now + now[:8]
    yield it.flow.ts + it.flow.duration_s, it.ends().udp(False, answer)


def _asked(it: DhcpRequest) -> bytes:
    options = option(53, bytes((it.message_type,)))
    if it.requested_address:
        options += option(50, _ip(it.requested_address))
    for code, text in ((12, it.hostname), (60, it.vendor_class)):
        options += option(code, text.encode()) if text else b""
    options += option(61, bytes.fromhex(it.client_id)) if it.client_id else b""
    options += option(55, bytes(it.parameter_list)) if it.parameter_list else b""
    client = _ip(it.client) if it.client else bytes(4)
    message = messages.bootp(1, _xid(it.mac, it.ts), _mac(it.mac), options, client=client)
    to = (_mac(GATEWAY_MAC), _ip(it.client), _ip(GATEWAY)) if it.client else (
        _mac(BROADCAST[1]), _ip(NOBODY), _ip(BROADCAST[0]),
    )  # fmt: skip
    ends = Ends(_mac(it.mac), *to, (68, 67))
    return ends.udp(True, message.ljust(DHCP_BYTES, b"\0"))


def _lent(it: DhcpAck, renewed: str | None) -> bytes:
    """Return the answer of the server: to everybody, or to a client that renews its lease."""
    options = option(53, bytes((it.message_type,)))
    for code, found in ((54, (it.server,)), (3, it.routers), (6, it.dns_servers)):
        options += option(code, b"".join(_ip(one) for one in found if one))
    options += option(51, (it.lease_s or 0).to_bytes(4, "big"))
    message = messages.bootp(2, _xid(it.mac, it.ts), _mac(it.mac), options, yours=_ip(it.address))
    to = (_mac(it.mac), _ip(GATEWAY), _ip(renewed)) if renewed else (
        _mac(BROADCAST[1]), _ip(GATEWAY), _ip(BROADCAST[0]),
    )  # fmt: skip
    ends = Ends(_mac(GATEWAY_MAC), *to, (67, 68))
    return ends.udp(True, message.ljust(DHCP_BYTES, b"\0"))


def _xid(mac: str, ts: float) -> bytes:
    return random.Random(f"{mac}|{int(ts)}").randbytes(4)


def _arp(it: Neighbour) -> bytes:
    """Return an announcement of an address (RFC 5227 §3)."""
    mac, address = _mac(it.mac), _ip(it.address)
    body = b"\0\x01\x08\0\x06\x04\0\x01" + mac + address + bytes(6) + address
    return _mac(BROADCAST[1]) + mac + b"\x08\x06" + body


def _announced(it: MdnsService) -> bytes:
    ends = Ends(_mac(it.mac or ""), _mac(MDNS[1]), _ip(it.host), _ip(MDNS[0]), (5353, 5353))
    return ends.udp(
        True, mdns_message(it.service, it.instance or "", it.hostname or "", it.txt, it.addresses[0])
    )


ALONE: Final = {DhcpRequest: _asked, Neighbour: _arp, MdnsService: _announced}
"""Records that are one frame each."""


def _mac(text: str) -> bytes:
    return bytes.fromhex(text.replace(":", ""))


def _ip(text: str) -> bytes:
    return socket.inet_aton(text)
