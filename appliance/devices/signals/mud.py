"""Where a device says that its maker describes what it needs of the network (RFC 8520). Does no I/O."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from appliance.devices.device import Evidence
from appliance.devices.identity import plain_text
from appliance.devices.knowledge import DeviceKnowledge
from sensor.records import MAX_TEXT, MudUrl

FIELD: Final = "mud_url"
_TOLD: Final = {
    "dhcp": ("dhcp", "it names its MUD file when it asks for an address"),
    "lldp": ("lldp", "it names its MUD file to its neighbours on the wire"),
}
"""How it was told → source and reason."""


def evidence(record: MudUrl, _: DeviceKnowledge) -> Iterator[Evidence]:
    """Yield the address; nothing is fetched, and nothing follows from it for maker or model."""
    source, reason = _TOLD.get(record.told_by, _TOLD["dhcp"])
    yield Evidence(FIELD, plain_text(record.url, MAX_TEXT), source, 1.0, reason, record.ts)
