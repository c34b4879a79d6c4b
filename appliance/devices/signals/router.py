"""A device that offers to route for the home is its router (RFC 4861 §4.2). Does no I/O."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from appliance.devices.device import Evidence
from appliance.devices.knowledge import DeviceKnowledge
from sensor.records import Neighbour

_CONFIDENCE: Final = 0.85  # Thread border routers (hubs, speakers) announce routes too


def evidence(record: Neighbour, knowledge: DeviceKnowledge) -> Iterator[Evidence]:
    """Yield the category of a device that sends Router Advertisements."""
    if record.source == "ra":
        reason = "it announces itself as a router"
        yield Evidence("category", "router", "ports", _CONFIDENCE, reason, record.ts)
