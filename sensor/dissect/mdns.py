"""Multicast DNS and service discovery (RFC 6762, RFC 6763): what devices announce of themselves. No I/O.

Only responses are read: the records in a query are known answers about others (RFC 6762 §7.1).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import ClassVar, Final

from sensor.dissect.interface import weird
from sensor.packet import Packet
from sensor.records import MAX_ITEMS, MdnsService, Observation, Weird
from sensor.wire import dnsmessage
from sensor.wire.dnsmessage import Message, Resource, readable
from sensor.wire.malformed import Malformed

_ENUMERATION: Final = "_services._dns-sd._udp.local"  # RFC 6763 §9: its PTRs name service types
_SERVICE: Final = re.compile(r"(?:(.+?)\.)?(_[^.]+\._(?:tcp|udp)\.[^.]+)", re.IGNORECASE | re.DOTALL)


class Mdns:
    """One message a packet, one record a service instance."""

    KIND: ClassVar[str] = "udp"
    PORTS: ClassVar[tuple[int, ...]] = (5353,)

    def accepts(self, packet: Packet) -> bool:
        return packet.payload[2:3] >= b"\x80"  # the response bit

    def dissect(self, packet: Packet) -> Iterator[Observation | Weird]:
        try:
            message = dnsmessage.parse_repeated(packet.payload)
        except Malformed as error:
            yield weird(packet, "mdns", error)
        else:
            yield from _services(packet, message)


class _Gathered:
    """The live records of one message, by the lower-case name they belong to (TTL 0 says goodbye)."""

    def __init__(self, message: Message) -> None:
        self.instances: dict[str, tuple[str, str]] = {}  # lower-case full name → (instance, service)
        self.types: dict[str, None] = {}
        self.located: dict[str, Resource] = {}  # SRV
        self.described: dict[str, Resource] = {}  # TXT
        self.addresses: dict[str, list[str]] = {}  # host name → A, AAAA
        for record in message.answers + message.additional:
            if record.ttl_s:
                self._take(record)

    def _take(self, record: Resource) -> None:
        owner = record.name.lower()
        if record.rtype in (dnsmessage.A, dnsmessage.AAAA):
            self.addresses.setdefault(owner, []).append(record.text)
        elif record.rtype == dnsmessage.SRV:
            self.located.setdefault(owner, record)
            self._instance(record.name)
        elif record.rtype == dnsmessage.TXT:
            self.described.setdefault(owner, record)
            self._instance(record.name)
        elif record.rtype == dnsmessage.PTR and owner == _ENUMERATION:
            self.types.setdefault(record.text.lower())
        elif record.rtype == dnsmessage.PTR:
            self._instance(record.text)

    def _instance(self, name: str) -> None:
        match = _SERVICE.fullmatch(name)
        if match and match[1] and len(self.instances) < MAX_ITEMS:
            self.instances.setdefault(name.lower(), (match[1], match[2].lower()))


def _services(packet: Packet, message: Message) -> Iterator[MdnsService]:
    gathered = _Gathered(message)
    hosts = dict.fromkeys(gathered.addresses)
    served = {service for _, service in gathered.instances.values()}
    for name, (instance, service) in gathered.instances.items():
        located = gathered.located.get(name)
        hostname = located.text.lower() if located else None
        hosts.pop(hostname or "", None)
        described = gathered.described.get(name)
        yield MdnsService(
            packet.ts,
            packet.src_mac,
            packet.src,
            service,
            readable(instance),
            hostname,
            located.port if located else None,
            tuple(_pairs(described.items)) if described else (),
            tuple(gathered.addresses.get(hostname or "", ())[:MAX_ITEMS]),
        )
    for service in list(gathered.types)[:MAX_ITEMS]:
        if service not in served:
            yield _bare(packet, service, None, ())
    for host in list(hosts)[:MAX_ITEMS]:
        yield _bare(packet, "", host, gathered.addresses[host])


def _bare(packet: Packet, service: str, hostname: str | None, addresses: Iterable[str]) -> MdnsService:
    """Return a record without an instance: a service type that is offered, or a host and its addresses."""
    return MdnsService(
        packet.ts, packet.src_mac, packet.src, service, None, hostname, None, (), tuple(addresses)[:MAX_ITEMS]
    )


def _pairs(items: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Return the key/value pairs of a TXT record (RFC 6763 §6.4: without "=" a key alone)."""
    for item in items:
        key, _, value = item.partition("=")
        if key:
            yield key, value
