"""The name a device claims on the link itself: LLMNR (RFC 4795) and NetBIOS (RFC 1002 §4.2). Does no I/O."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from appliance.devices.device import Evidence
from appliance.devices.evidence import from_rules, quoted
from appliance.devices.identity import name_key, plain_text
from appliance.devices.knowledge import DeviceKnowledge
from sensor.records import LocalName

_NAME_CONFIDENCE: Final = 0.5  # a factory name as often as one somebody gave
_CLAIM: Final = "claim"
_WORKSTATION: Final = 0x00  # RFC 1001 §14 and Microsoft's use of the sixteenth byte; others name services


def evidence(record: LocalName, knowledge: DeviceKnowledge) -> Iterator[Evidence]:
    """Yield what a claimed name tells; a name that is only asked for is another's."""
    if record.kind != _CLAIM or record.suffix not in (None, _WORKSTATION) or not record.name:
        return
    reason = f"it calls itself {quoted(record.name)} on the home network"
    rules = knowledge.match("dhcp_hostname", record.name)
    yield from from_rules(rules, "mdns", reason, record, knowledge)
    if name_key(record.name) is not None:
        yield Evidence("name", plain_text(record.name), "mdns", _NAME_CONFIDENCE, reason, record.ts)
