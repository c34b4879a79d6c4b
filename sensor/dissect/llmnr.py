"""Link-local multicast name resolution (RFC 4795): the names Windows and some devices go by. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from sensor.dissect.interface import weird
from sensor.packet import Packet
from sensor.records import MAX_ITEMS, LocalName, Observation, Weird
from sensor.wire import dnsmessage
from sensor.wire.malformed import Malformed


class Llmnr:
    """One message a packet, in the form of DNS."""

    KIND: ClassVar[str] = "udp"
    PORTS: ClassVar[tuple[int, ...]] = (5355,)

    def accepts(self, packet: Packet) -> bool:
        return True

    def dissect(self, packet: Packet) -> Iterator[Observation | Weird]:
        try:
            message = dnsmessage.parse_repeated(packet.payload)
        except Malformed as error:
            yield weird(packet, "llmnr", error)
            return
        if message.opcode != 0:
            return
        for question in message.questions[:1]:  # RFC 4795 §2.1.1: QDCOUNT is 1
            name = question.name.lower()
            addresses = tuple(
                [
                    record.text
                    for record in message.answers
                    if record.rtype in (dnsmessage.A, dnsmessage.AAAA) and record.name.lower() == name
                ][:MAX_ITEMS]
            )
            kind = "claim" if message.is_response else "query"
            yield LocalName(packet.ts, packet.src_mac, packet.src, "llmnr", kind, name, None, addresses)
