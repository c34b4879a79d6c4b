"""The makers' host names a device asks for, however it asks: DNS, TLS server name, HTTP host. Does no I/O.

A phone with a toy's app asks for the toy's names too, so such evidence is never strong by itself, and the
decision discounts it for a device that asks for many makers' names.
"""

from __future__ import annotations

from collections.abc import Iterator

from appliance.devices.device import Evidence
from appliance.devices.evidence import from_rules, quoted
from appliance.devices.knowledge import DeviceKnowledge
from sensor.records import DnsQuery, HttpRequest, TlsClientHello


def evidence(
    record: DnsQuery | TlsClientHello | HttpRequest, knowledge: DeviceKnowledge
) -> Iterator[Evidence]:
    """Yield what the name asked for tells. The cover name of an encrypted hello tells nothing."""
    name = _name_asked_for(record)
    if name:
        reason = f"it talks to {quoted(name)}"
        rules = knowledge.match_domain(name.casefold())
        yield from from_rules(rules, "dns", reason, record, knowledge)


def _name_asked_for(record: DnsQuery | TlsClientHello | HttpRequest) -> str | None:
    if isinstance(record, DnsQuery):
        return record.query
    if isinstance(record, TlsClientHello):
        return None if record.ech else record.server_name
    return record.host
