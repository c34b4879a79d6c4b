"""What a device says of itself when it asks for an IPv6 address (DHCPv6, RFC 8415). Does no I/O."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from appliance.devices.device import Evidence
from appliance.devices.evidence import from_rules, quoted
from appliance.devices.identity import is_device_mac, is_random_mac, name_key, plain_text
from appliance.devices.knowledge import DeviceKnowledge
from sensor.records import Dhcp6Request

_NAME_CONFIDENCE: Final = 0.5  # as with DHCPv4: a factory name as often as one the family gave
_DUID_DISCOUNT: Final = 0.8  # the identifier may have been made on another network card, even another machine


def evidence(record: Dhcp6Request, knowledge: DeviceKnowledge) -> Iterator[Evidence]:
    """Yield what the name, the vendor class and the MAC inside the client's identifier tell."""
    hostname = (record.fqdn or "").partition(".")[0]
    if hostname:
        reason = f"it calls itself {quoted(hostname)} when it asks for an address"
        rules = knowledge.match("dhcp_hostname", hostname)
        yield from from_rules(rules, "dhcp", reason, record, knowledge)
        if name_key(hostname) is not None:
            yield Evidence("name", plain_text(hostname), "dhcp", _NAME_CONFIDENCE, reason, record.ts)
    if record.vendor_class:
        reason = f"it gives {quoted(record.vendor_class)} as its kind when it asks for an address"
        rules = knowledge.match("dhcp_vendor_class", record.vendor_class)
        yield from from_rules(rules, "dhcp", reason, record, knowledge)
    if record.enterprise is not None:
        reason = f"it gives the maker number {record.enterprise} when it asks for an address"
        rules = knowledge.match("dhcp_enterprise", str(record.enterprise))
        yield from from_rules(rules, "dhcp", reason, record, knowledge)
    yield from _from_identifier(record, knowledge)


def _from_identifier(record: Dhcp6Request, knowledge: DeviceKnowledge) -> Iterator[Evidence]:
    """Yield the maker of the MAC that the identifier holds where the device hides its own."""
    inside = record.duid_mac
    if inside is None or not is_device_mac(inside) or is_random_mac(inside) or inside == record.mac:
        return
    found = knowledge.organisation(inside)
    if found is not None and found[1].vendor is not None:
        reason = f"its identifier holds an address block registered to {found[0]}"
        yield Evidence(
            "vendor", found[1].vendor, "dhcp", found[1].confidence * _DUID_DISCOUNT, reason, record.ts
        )
