"""Finding: text was sent over the internet that anyone on the way could read. Does no I/O."""

from __future__ import annotations

from typing import Final

from appliance.findings.addresses import is_outside
from appliance.findings.kind import Kind, Seen
from sensor.records import HttpRequest, Record

_UPLOADS: Final = frozenset(("POST", "PUT", "PATCH"))
_SHOWN: Final = 6  # parameter names named in the detail: enough to see what it is about


def look(record: Record) -> Seen | None:
    """Return what a readable HTTP request uploaded: a body, or parameters in its address."""
    if type(record) is not HttpRequest or not is_outside(record.dst):
        return None
    if record.method in _UPLOADS and record.content_bytes != 0:
        size = f"{record.content_bytes} bytes" if record.content_bytes is not None else "a body"
        kind = record.content_type or "no declared kind"
        return Seen(f"HTTP {record.method} with {size} ({kind})", record.uid)
    if record.parameters:
        return Seen(f"HTTP {record.method} with fields {', '.join(record.parameters[:_SHOWN])}", record.uid)
    return None


KIND: Final = Kind(
    code="cleartext_upload",
    severity=3,
    title="Sends readable text",
    sentence="{device} sent readable text over the internet {times} times. Anyone on the way could read it.",
    do="Ask the maker when this will be encrypted. Until then, do not type or say anything private to it.",
    cannot_prove="That somebody did read it, or what else is inside encrypted traffic.",
    rules=(
        "GDPR art. 32",
        "ETSI EN 303 645 5.5-1",
        "RED art. 3(3)(e), EN 18031-2",
        "FR Data Protection Act art. 34",
    ),
    look=look,
)
