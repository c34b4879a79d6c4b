"""DNS between a device and its resolver, over UDP and TCP (RFC 1035, RFC 7766). No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Final

from sensor.dissect.interface import weird
from sensor.packet import Packet
from sensor.records import MAX_ITEMS, DnsAnswer, DnsQuery, Observation, Weird
from sensor.wire import dnsmessage
from sensor.wire.dnsmessage import Message, Resource
from sensor.wire.malformed import Malformed

_PORT: Final = 53
_BINDINGS: Final = (dnsmessage.SVCB, dnsmessage.HTTPS)
_LOCATING: Final = (dnsmessage.A, dnsmessage.AAAA, *_BINDINGS)


class Dns:
    """DNS over UDP: one message a packet."""

    KIND: ClassVar[str] = "udp"
    PORTS: ClassVar[tuple[int, ...]] = (_PORT,)

    def accepts(self, packet: Packet) -> bool:
        return True

    def dissect(self, packet: Packet) -> Iterable[Observation | Weird]:
        is_response = packet.payload[2:3] >= b"\x80"
        try:
            message = (dnsmessage.parse if is_response else dnsmessage.parse_repeated)(packet.payload)
        except Malformed as error:
            return (weird(packet, "dns", error),)
        return _observations(packet, message, "udp")


class DnsStream:
    """DNS over TCP: messages one after another, each behind its length in two bytes (RFC 1035 §4.2.2)."""

    def __init__(self) -> None:
        self.done = False
        self._waiting = b""

    @staticmethod
    def claims(packet: Packet) -> bool:
        return _PORT in (packet.sport, packet.dport)

    def feed(self, packet: Packet, data: bytes) -> Iterator[Observation | Weird]:
        data = self._waiting + data
        offset = 0
        while offset + 2 <= len(data):
            end = offset + 2 + (data[offset] << 8 | data[offset + 1])
            if end > len(data):
                break
            try:
                message = dnsmessage.parse(data[offset + 2 : end])
            except Malformed as error:
                self.done = True  # a wrong length would make noise of everything after it
                yield weird(packet, "dns", error)
                return
            yield from _observations(packet, message, "tcp")
            offset = end
        self._waiting = data[offset:]

    def end(self) -> tuple[()]:
        return ()


def _observations(packet: Packet, message: Message, transport: str) -> list[Observation]:
    if message.opcode != 0:  # an update or notification asks for no name (RFC 2136, RFC 1996)
        return []
    if message.is_response:
        return [_answer(packet, message, transport)] if message.questions else []
    options = _edns_options(message.additional) if message.additional else ()
    return [
        DnsQuery(
            packet.ts,
            packet.uid,
            packet.src_mac,
            packet.src,
            packet.dst,
            transport,
            name.lower(),
            qtype,
            options,
        )
        for name, qtype in message.questions[:MAX_ITEMS]
    ]


def _edns_options(additional: tuple[Resource, ...]) -> tuple[int, ...]:
    """Return the option codes of the OPT record (RFC 6891 §6.1.2)."""
    return next(
        (tuple(map(int, record.items)) for record in additional if record.rtype == dnsmessage.OPT), ()
    )


def _answer(packet: Packet, message: Message, transport: str) -> DnsAnswer:
    query = message.questions[0].name.lower()
    cnames, addresses, ttl_s = _follow(query, message.answers)
    offers = _offers(message.answers) if message.questions[0].qtype in _BINDINGS else _NO_OFFERS
    return DnsAnswer(
        packet.ts,
        packet.uid,
        packet.dst_mac,
        packet.dst,
        packet.src,
        transport,
        query,
        message.questions[0].qtype,
        message.rcode,
        cnames,
        addresses,
        ttl_s,
        *offers,
    )


_NO_OFFERS: Final = ((), False)


def _offers(answers: tuple[Resource, ...]) -> tuple[tuple[str, ...], bool]:
    """Return the protocols that service bindings offer, and whether one has keys for encrypted hellos."""
    bindings = [record for record in answers if record.rtype in _BINDINGS]
    protocols = dict.fromkeys(protocol for record in bindings for protocol in record.alpn)
    return tuple(protocols)[:MAX_ITEMS], any(record.ech for record in bindings)


def _follow(query: str, answers: tuple[Resource, ...]) -> tuple[tuple[str, ...], tuple[str, ...], int | None]:
    """Return the CNAME chain of `query`, the addresses at its end and their smallest TTL.

    Records of other names are passed over: an answer could otherwise claim any address for any name.
    """
    aliases = {
        record.name.lower(): record.text.lower() for record in answers if record.rtype == dnsmessage.CNAME
    }
    chain = _chain(query, aliases) if aliases else {}
    addresses: list[str] = []
    smallest_s: int | None = None
    for name, rtype, ttl_s, text, _, items, _, _ in answers:
        if rtype not in _LOCATING or (name.lower() != query and name.lower() not in chain):
            continue
        found = items if rtype in _BINDINGS else (text,)
        addresses.extend(found)
        if found and (smallest_s is None or ttl_s < smallest_s):
            smallest_s = ttl_s
    return tuple(chain), tuple(addresses[:MAX_ITEMS]), smallest_s


def _chain(query: str, aliases: dict[str, str]) -> dict[str, None]:
    """Return the names that `query` leads to, in order; RFC 1034 §3.6.2 allows loops to exist."""
    chain: dict[str, None] = {}
    name = query
    while name in aliases and aliases[name] not in chain and len(chain) < MAX_ITEMS:
        name = aliases[name]
        chain[name] = None
    return chain
