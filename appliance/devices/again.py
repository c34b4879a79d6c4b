"""A phone under a new private address that says nothing of its own: no client id, a name from the factory.

Does no I/O.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from appliance.devices.identity import is_random_mac
from appliance.devices.state import DeviceState

CHANGE_S: Final = 1_800.0
"""A phone that changes its address leaves and joins within this."""


def former_self(new: DeviceState, known: Iterable[DeviceState]) -> DeviceState | None:
    """Return the device that a newcomer is under another address; None when none is, or two may be.

    Both have random MACs alone and a host name in common; the former fell silent shortly before the newcomer
    came and has been silent since: asked some minutes later, that tells two phones of one name apart.
    """
    if not _hides(new):
        return None
    names = {name.casefold() for name in new.hostnames}
    found = [
        one
        for one in known
        if one is not new
        and _hides(one)
        and one.device not in new.apart
        and 0 <= new.first_ts - one.last_ts <= CHANGE_S
        and any(name.casefold() in names for name in one.hostnames)
    ]
    return found[0] if len(found) == 1 else None


def _hides(state: DeviceState) -> bool:
    return bool(state.macs) and all(map(is_random_mac, state.macs))
