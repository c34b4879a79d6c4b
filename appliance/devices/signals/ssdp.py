"""What a device says over SSDP (UPnP Device Architecture 2.0 §1). Does no I/O."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from appliance.devices.device import Evidence
from appliance.devices.evidence import from_rules, quoted
from appliance.devices.knowledge import DeviceKnowledge
from sensor.records import SsdpAnnouncement

_SEARCH: Final = "search"


def evidence(record: SsdpAnnouncement, knowledge: DeviceKnowledge) -> Iterator[Evidence]:
    """Yield what an announcement tells of its sender; a search tells only of the program that searches."""
    if record.kind == _SEARCH:
        said: tuple[tuple[str, str | None], ...] = (("http_agent", record.user_agent),)
    else:
        said = (
            ("ssdp_server", record.server),
            ("ssdp_target", record.target),
            ("ssdp_usn", record.usn),
            ("ssdp_location", record.location),
        )
    for signal, text in said:
        if text:
            reason = f"it announces itself on the home network as {quoted(text)}"
            yield from from_rules(knowledge.match(signal, text), "ssdp", reason, record, knowledge)
