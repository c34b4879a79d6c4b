"""The signals, one file each: what a record tells of the device it is about.

To add one: a file with `evidence(record, knowledge)`, a line below, a test, a heading in docs/devices.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from appliance.devices.device import Evidence
from appliance.devices.knowledge import DeviceKnowledge
from appliance.devices.signals import (
    calls,
    certificate,
    dhcp,
    dhcp6,
    dns,
    local_name,
    mdns,
    mud,
    oui,
    ports,
    router,
    ssdp,
    tls,
    user_agent,
)
from appliance.devices.signals.calls import Call
from sensor.records import (
    Dhcp6Request,
    DhcpRequest,
    DnsQuery,
    FlowRecord,
    HttpRequest,
    LocalName,
    MdnsService,
    MudUrl,
    Neighbour,
    SsdpAnnouncement,
    TlsCertificate,
    TlsClientHello,
)


class Signal(NamedTuple):
    """One signal: its name, the records it reads, and how it turns one into evidence."""

    name: str
    records: tuple[type[Any], ...]
    evidence: Callable[[Any, DeviceKnowledge], Iterator[Evidence]]


SIGNALS: Final = (
    Signal("oui", (Neighbour,), oui.evidence),
    Signal("dhcp", (DhcpRequest,), dhcp.evidence),
    Signal("dhcp6", (Dhcp6Request,), dhcp6.evidence),
    Signal("mdns", (MdnsService,), mdns.evidence),
    Signal("local_name", (LocalName,), local_name.evidence),
    Signal("ssdp", (SsdpAnnouncement,), ssdp.evidence),
    Signal("user_agent", (HttpRequest,), user_agent.evidence),
    Signal("dns", (DnsQuery, TlsClientHello, HttpRequest), dns.evidence),
    Signal("tls", (TlsClientHello,), tls.evidence),
    Signal("certificate", (TlsCertificate,), certificate.evidence),
    Signal("ports", (FlowRecord,), ports.evidence),
    Signal("calls", (Call,), calls.evidence),
    Signal("mud", (MudUrl,), mud.evidence),
    Signal("router", (Neighbour,), router.evidence),
)
"""Every signal. A flow is about its responder, a certificate about its server, all else about its sender."""

BY_RECORD: Final[dict[type[Any], tuple[Signal, ...]]] = {
    record_type: tuple(signal for signal in SIGNALS if record_type in signal.records)
    for record_type in {record for signal in SIGNALS for record in signal.records}
}
