"""The organisation that a device's MAC address block is registered to. Does no I/O."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from appliance.devices.device import Evidence
from appliance.devices.identity import is_random_mac
from appliance.devices.knowledge import DeviceKnowledge
from sensor.records import Neighbour

_LINE: Final = 0.6  # that all models we know of a maker share a name does not say that it makes no other


def evidence(record: Neighbour, knowledge: DeviceKnowledge) -> Iterator[Evidence]:
    """Yield the vendor of a MAC seen on the link; category and name of one with one kind of product."""
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
    if known.line is not None:
        line = f"{reason}, all of whose models that we know are called so"
        yield Evidence("model", known.line, "oui", _LINE, line, record.ts)
