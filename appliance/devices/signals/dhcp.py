"""What a device says of itself when it asks for an address (DHCPv4 options 12, 55, 60, 81). Does no I/O."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from appliance.devices.device import Evidence
from appliance.devices.evidence import from_maker, from_rules, quoted
from appliance.devices.identity import name_key, plain_text
from appliance.devices.knowledge import DeviceKnowledge
from sensor.records import DhcpRequest

_NAME_CONFIDENCE: Final = 0.5  # a factory name as often as one the family gave


def evidence(record: DhcpRequest, knowledge: DeviceKnowledge) -> Iterator[Evidence]:
    """Yield what the host name, the vendor class and the order of requested options tell."""
    for hostname in {record.hostname: None, (record.fqdn or "").partition(".")[0]: None}:
        if hostname:
            yield from _from_hostname(hostname, record, knowledge)
    if record.vendor_class:
        reason = f"it gives {quoted(record.vendor_class)} as its kind when it asks for an address"
        rules = knowledge.match("dhcp_vendor_class", record.vendor_class)
        yield from from_rules(rules, "dhcp", reason, record, knowledge)
    if record.parameter_list:
        options = ",".join(map(str, record.parameter_list))
        reason = f"it asks for network settings in the order {options}"
        rules = knowledge.match("dhcp_options", options)
        yield from from_rules(rules, "dhcp", reason, record, knowledge)


def _from_hostname(hostname: str, record: DhcpRequest, knowledge: DeviceKnowledge) -> Iterator[Evidence]:
    reason = f"it calls itself {quoted(hostname)} when it asks for an address"
    rules = knowledge.match("dhcp_hostname", hostname)
    yield from from_rules(rules, "dhcp", reason, record, knowledge)
    yield from from_maker(knowledge.maker_in(hostname), "dhcp", reason, record)
    if name_key(hostname) is not None:
        yield Evidence("name", plain_text(hostname), "dhcp", _NAME_CONFIDENCE, reason, record.ts)
