"""The certificate with which a device in the home serves others (TLS up to 1.2). Does no I/O."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from appliance.devices.device import Evidence
from appliance.devices.evidence import from_rules, quoted
from appliance.devices.knowledge import DeviceKnowledge
from sensor.records import TlsCertificate

_ORGANISATION: Final = "O="
_STATED: Final = 0.7  # libraries' examples name their own makers; only makers we know are believed


class _Server(NamedTuple):
    ts: float
    mac: str | None


def evidence(record: TlsCertificate, knowledge: DeviceKnowledge) -> Iterator[Evidence]:
    """Yield what the certificate's subject tells of the server that showed it."""
    reason = f"its certificate is made out to {quoted(record.subject)}"
    rules = knowledge.match("certificate", record.subject)
    yield from from_rules(rules, "tls", reason, _Server(record.ts, None), knowledge)
    for part in record.subject.split(", "):
        vendor = knowledge.known_vendor(part.removeprefix(_ORGANISATION))
        if part.startswith(_ORGANISATION) and vendor is not None:
            yield Evidence("vendor", vendor, "tls", _STATED, reason, record.ts)
