"""The program a device says it is when it speaks plain HTTP (RFC 9110 §10.1.5). Does no I/O."""

from __future__ import annotations

from collections.abc import Iterator

from appliance.devices.device import Evidence
from appliance.devices.evidence import from_rules, quoted
from appliance.devices.knowledge import DeviceKnowledge
from sensor.records import HttpRequest


def evidence(record: HttpRequest, knowledge: DeviceKnowledge) -> Iterator[Evidence]:
    """Yield what the User-Agent header tells."""
    if record.user_agent:
        reason = f"its program introduces itself as {quoted(record.user_agent)}"
        rules = knowledge.match("http_agent", record.user_agent)
        yield from from_rules(rules, "http", reason, record, knowledge)
