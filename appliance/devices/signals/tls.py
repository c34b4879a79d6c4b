"""The TLS library a device uses, by its JA4 fingerprint: weak, since many devices share one. Does no I/O."""

from __future__ import annotations

from collections.abc import Iterator

from appliance.devices.device import Evidence
from appliance.devices.evidence import from_rules, quoted
from appliance.devices.knowledge import DeviceKnowledge
from sensor.records import TlsClientHello


def evidence(record: TlsClientHello, knowledge: DeviceKnowledge) -> Iterator[Evidence]:
    """Yield what the fingerprint of the ClientHello tells."""
    reason = f"its encryption library has the fingerprint {quoted(record.ja4)}"
    rules = knowledge.match("ja4", record.ja4)
    yield from from_rules(rules, "tls", reason, record, knowledge)
