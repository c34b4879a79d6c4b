"""A device that offers to route for the home (RFC 4861 §4.2), or that leases name, is its router; no I/O."""

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


def named(ts: float) -> Evidence:
    """Return the category of the device that DHCP servers name as the way out (RFC 2132 §3.5)."""
    return Evidence(
        "category", "router", "ports", _CONFIDENCE, "the others are told to go out through it", ts
    )
