"""What a device's software was seen to turn from and into: one update shows again and again. Does no I/O.

With every host that is met seldom the same turn shows, days later; and where two updates lie between, a turn
that skips the version between them.
"""

from __future__ import annotations

from typing import Final

from appliance.behaviour.spans import DAY_S, DAYS_KEPT, HOUR_S
from appliance.behaviour.state import Device

WINDOW_S: Final = 6 * HOUR_S
"""Cues of one update lie within this: download by day, restart at the next quiet moment."""

ECHO_S: Final = DAYS_KEPT * DAY_S
MAX_SHOWN: Final = 64
"""So long, and so many of them, turns from an old version or handshake to a new one are remembered."""

_BETWEEN: Final = "\n"


def echoes(device: Device, what: str, before: str, after: str, ts: float) -> bool:
    """Return whether this turn, or turns that lead from the same old to the same new, were seen before.

    `what` turned is one of several things that have states of their own. A turn is remembered.
    """
    first = _shown(device, what, before, after)
    if first is not None and ts - first < ECHO_S:
        return ts - first > WINDOW_S
    device.shown[_BETWEEN.join((what, before, after))] = ts
    while len(device.shown) > MAX_SHOWN:
        del device.shown[min(device.shown, key=lambda key: (device.shown[key], key))]
    return False


def _shown(device: Device, what: str, before: str, after: str) -> float | None:
    """Return when the new state was first reached from the old one, directly or over others; None: never."""
    turns = [
        (old, new, ts)
        for key, ts in device.shown.items()
        for kind, old, new in [(*key.split(_BETWEEN), "", "")[:3]]
        if kind == what
    ]
    direct = [ts for old, new, ts in turns if (old, new) == (before, after)]
    if direct:
        return direct[0]
    reached, waiting = {before}, [before]
    while waiting:
        state = waiting.pop()
        more = [new for old, new, _ in turns if old == state and new not in reached]
        reached.update(more)
        waiting += more
    return min((ts for old, new, ts in turns if new == after and old in reached), default=None)
