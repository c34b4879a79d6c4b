"""The organisation that a device's MAC address block is registered to. Does no I/O."""

from __future__ import annotations

from collections.abc import Iterator

from appliance.devices.device import Evidence
from appliance.devices.identity import is_random_mac
from appliance.devices.knowledge import DeviceKnowledge
from sensor.records import Neighbour


def evidence(record: Neighbour, knowledge: DeviceKnowledge) -> Iterator[Evidence]:
    """Yield the vendor, and the category of a vendor with one kind of product, of a MAC seen on the link."""
    if is_random_mac(record.mac):
        return
    found = knowledge.organisation(record.mac)
    if found is None:
        return
    name, known = found
    reason = f"its address block is registered to {name}"
    if known.vendor is not None:
        yield Evidence("vendor", known.vendor, "oui", known.confidence, reason, record.ts)
    if known.category is not None and known.category_confidence > 0:
        kind = f"{reason}, whose devices are mostly of this kind"
        yield Evidence("category", known.category, "oui", known.category_confidence, kind, record.ts)
