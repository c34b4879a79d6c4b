"""Which devices hear and see, by the catalogue. Does no I/O: its rows are handed in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from appliance.alerts.profile import UNKNOWN, Senses
from appliance.devices.device import DeviceRecord
from appliance.devices.rows import Model

_ANSWERS: Final[dict[frozenset[str], bool]] = {frozenset(("yes",)): True, frozenset(("no",)): False}


def senses_of(models: Iterable[Model]) -> Callable[[DeviceRecord], Senses]:
    """Return what tells a device's senses: by its model, else by what its maker's things of a kind share."""
    by_model: dict[str, list[Model]] = {}
    by_maker: dict[tuple[str, str], list[Model]] = {}
    for model in models:
        by_model.setdefault(model.model, []).append(model)
        by_maker.setdefault((model.maker, model.category), []).append(model)

    def known(device: DeviceRecord) -> Senses:
        rows = by_model.get(device.model or "") or by_maker.get((device.vendor or "", device.category or ""))
        if not rows:
            return UNKNOWN
        return Senses(
            _ANSWERS.get(frozenset(row.microphone for row in rows)),
            _ANSWERS.get(frozenset(row.camera for row in rows)),
        )

    return known
