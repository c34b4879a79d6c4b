"""Whom an observation is about, and whom that one met. Does no I/O."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any, Final

from sensor.records import (
    CoapRequest,
    Dhcp6Reply,
    DhcpAck,
    DhcpRequest,
    DnsAnswer,
    DnsQuery,
    EncryptedDns,
    HttpRequest,
    MdnsService,
    MqttConnect,
    Neighbour,
    Observation,
    RtspRequest,
    SsdpAnnouncement,
    TlsCertificate,
    TlsClientHello,
    TlsServerHello,
    Tunnel,
    Unreachable,
)

Endpoint = tuple[str | None, str]
"""A MAC (None where the link has none or it was not told) and an address."""

End = tuple[str, str, int]
"""Transport protocol, address, port."""


def _lessee(record: DhcpRequest) -> Endpoint:
    return record.mac, record.client or record.requested_address or "0.0.0.0"  # noqa: S104 - no address yet


_sender: Final[Callable[[Any], Endpoint]] = attrgetter("mac", "src")
_client: Final[Callable[[Any], Endpoint]] = attrgetter("client_mac", "client")
_SUBJECTS: Final[dict[type[Any], Callable[[Any], Endpoint]]] = {
    **dict.fromkeys((DnsAnswer, TlsServerHello, TlsCertificate, Dhcp6Reply, Unreachable), _client),
    **dict.fromkeys((MdnsService, SsdpAnnouncement), attrgetter("mac", "host")),
    **dict.fromkeys((Neighbour, DhcpAck), attrgetter("mac", "address")),
    DnsQuery: attrgetter("mac", "client"),
    DhcpRequest: _lessee,
}


def subject(record: Observation) -> Endpoint:
    """Return the endpoint that asked or announced."""
    kind: type[Any] = type(record)
    return _SUBJECTS.get(kind, _sender)(record)


def met(record: Observation) -> tuple[str, End] | None:
    """Return the flow and the end a device talked to; None where none is told."""
    if isinstance(record, (HttpRequest, MqttConnect, RtspRequest)):
        return record.uid, ("tcp", record.dst, record.dport)
    if isinstance(record, (CoapRequest, EncryptedDns, TlsClientHello, Tunnel)):
        tcp = getattr(record, "transport", "") == "tcp" or getattr(record, "kind", "") in {"dot", "doh"}
        return record.uid, ("tcp" if tcp else "udp", record.dst, record.dport)
    if isinstance(record, (TlsServerHello, TlsCertificate)):
        return record.uid, ("tcp", record.server, record.server_port)
    if isinstance(record, DnsQuery):
        return record.uid, (record.transport, record.resolver, 53)
    return None
