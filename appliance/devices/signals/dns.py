"""The makers' host names a device asks for, however it asks: DNS, TLS server name, HTTP host. Does no I/O.

A phone with a toy's app asks for the toy's names too, so such evidence is never strong by itself, and the
decision discounts it for a device that asks for many makers' names.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from appliance.devices.device import Evidence
from appliance.devices.evidence import from_rules, quoted
from appliance.devices.knowledge import DeviceKnowledge
from appliance.devices.rows import CATALOGUE, Rule
from sensor.records import DnsQuery, HttpRequest, TlsClientHello

_BROWSED: Final = ("www.", "shop.", "store.", "m.")
"""Hosts of pages that people read, on any phone or computer."""


def evidence(
    record: DnsQuery | TlsClientHello | HttpRequest, knowledge: DeviceKnowledge
) -> Iterator[Evidence]:
    """Yield what the name asked for tells. The cover name of an encrypted hello tells nothing."""
    name = _name_asked_for(record)
    if name:
        reason = f"it talks to {quoted(name)}"
        rules = (rule for rule in knowledge.match_domain(name.casefold()) if not _is_homepage(rule, name))
        yield from from_rules(rules, "dns", reason, record, knowledge)


def _is_homepage(rule: Rule, name: str) -> bool:
    """Return whether a maker's pages were asked for: parents read them, toys ask other hosts.

    Only where the domain is known as that of a maker's site: scales and cameras do ask for www.
    """
    return rule.source == CATALOGUE and (name.count(".") == 1 or name.startswith(_BROWSED))


def _name_asked_for(record: DnsQuery | TlsClientHello | HttpRequest) -> str | None:
    if isinstance(record, DnsQuery):
        return record.query
    if isinstance(record, TlsClientHello):
        return None if record.ech else record.server_name
    return record.host
