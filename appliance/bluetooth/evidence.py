"""What a toy's Bluetooth name tells of it as a device of the home. Does no I/O."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from appliance.bluetooth.heard import Toys
from appliance.devices.device import Evidence
from appliance.devices.evidence import quoted
from appliance.devices.identity import plain_text
from sensor.records import Nearby

_CONFIDENCE: Final = 0.8  # a name is easily given to another thing
_NAME_CONFIDENCE: Final = 0.6


def evidence(records: Sequence[Nearby], toys: Toys) -> Iterator[Evidence]:
    """Yield what the names heard of one device tell: what it is called, and its model by the catalogue."""
    for record in records:
        if not record.name:
            continue
        reason = f"it calls itself {quoted(record.name)} over Bluetooth"
        yield Evidence("name", plain_text(record.name), "mdns", _NAME_CONFIDENCE, reason, record.ts)
        model = toys.model(record.name)
        if model is not None:
            yield Evidence("model", model.model, "catalogue", _CONFIDENCE, reason, record.ts)
            yield Evidence("vendor", model.maker, "catalogue", _CONFIDENCE, reason, record.ts)
            yield Evidence("category", model.category, "catalogue", _CONFIDENCE, reason, record.ts)
