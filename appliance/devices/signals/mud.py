"""Where a device says that its maker describes what it needs of the network (RFC 8520). Does no I/O."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from appliance.devices.device import Evidence
from appliance.devices.identity import plain_text
from appliance.devices.knowledge import DeviceKnowledge
from sensor.records import MAX_TEXT, MudUrl

FIELD: Final = "mud_url"


def evidence(record: MudUrl, _: DeviceKnowledge) -> Iterator[Evidence]:
    """Yield the address; nothing is fetched, and nothing follows from it for maker or model."""
    reason = "it names its MUD file when it asks for an address"
    yield Evidence(FIELD, plain_text(record.url, MAX_TEXT), "dhcp", 1.0, reason, record.ts)
