"""What else may explain a change: why a family is not interrupted for it. Does no I/O."""

from __future__ import annotations

from typing import Final

from appliance.behaviour.spans import DAY_S, HOUR_S, day_of
from appliance.behaviour.state import Device
from appliance.behaviour.watch import CLOCK, OUTAGE, Watch

DOUBTS: Final = ("gap", "clock", "outage", "away", "blocked")
"""Every reason there is: we were not watching; the clock was not set; the whole house fell silent; the device
was away; we blocked something of it, and blocked devices try other ways."""

LOOK_BACK_DAYS: Final = 7
LEAST_SHARE: Final = 0.5
"""Before a change so much of the last week must have been watched."""

AWAY_S: Final = 7 * DAY_S
SETTLED_S: Final = 2 * DAY_S
"""A device that was away for so long is settled again after this."""

BLOCKED_S: Final = DAY_S
"""What a device tries because of a block it may try for this long after its end."""


def of(device: Device, ts: float, watch: Watch) -> list[str]:
    """Return the doubts about a change at `ts`, in the order of DOUBTS."""
    holds = {
        "gap": _unwatched(device, ts, watch),
        "clock": watch.odd.get(day_of(ts)) == CLOCK,
        "outage": any(watch.odd.get(day_of(ts) - back) == OUTAGE for back in (0, 1)),
        "away": _returned(device, ts),
        "blocked": any(_during(ts, block) for block in device.blocks),
    }
    return [doubt for doubt in DOUBTS if holds[doubt]]


def _unwatched(device: Device, ts: float, watch: Watch) -> bool:
    start = max(device.first_ts, ts - LOOK_BACK_DAYS * DAY_S)
    span = ts - start
    return span > HOUR_S and watch.seconds(start, ts) < LEAST_SHARE * span


def _returned(device: Device, ts: float) -> bool:
    end = device.absence_end
    return end is not None and device.absence_s >= AWAY_S and 0 <= ts - end <= SETTLED_S


def _during(ts: float, block: list[float | None]) -> bool:
    start, end = block
    return start is not None and start <= ts and (end is None or ts <= end + BLOCKED_S)
