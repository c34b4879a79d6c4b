"""How many devices a home has room for, and which go first when there is no more. Does no I/O."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from appliance.devices.state import DeviceState

MAX_DEVICES: Final = 1024
"""Devices of one home: four times the addresses of a /24. Beyond it random MACs are being made up."""

EVICTED_AT_ONCE: Final = 64
"""Devices that go together at the bound, so that a flood of MACs does not rank all of them for each."""

ESTABLISHED_S: Final = 86_400.0
"""A device known for a day outlives any flood that is younger."""


def least_valued(devices: Iterable[DeviceState]) -> list[DeviceState]:
    """Return those that go: unlabelled, not established, with least traffic, longest unseen."""
    return sorted(devices, key=_value)[:EVICTED_AT_ONCE]


def _value(state: DeviceState) -> tuple[bool, bool, bool, int, float, str]:
    return (
        bool(state.labels),
        state.is_gateway,
        state.last_ts - state.first_ts >= ESTABLISHED_S,
        state.flows.bit_length(),
        state.last_ts,
        state.device,
    )
