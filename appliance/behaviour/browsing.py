"""Is a device one that somebody browses with? New places are its nature, and leaving them. Does no I/O."""

from __future__ import annotations

from typing import Final

from appliance.behaviour.spans import DAY_S
from appliance.behaviour.state import Device, Party

DISCOVERY_S: Final = 28 * DAY_S
"""Span of the device's own discovery rate (new parties a month)."""

MANY_DISCOVERIES: Final = 3
"""A device that meets more new parties a month visits new places by its nature."""

SELDOM: Final = 4
"""A party met on at most one in so many of the device's days is visited, not one that it lives with."""

MANY_SELDOM: Final = 10
"""A device that knows so many of those is browsed with, however few of them were new lately."""


def discoveries(device: Device, ts: float) -> int:
    """Return how many new parties the device met in the 28 days before `ts`."""
    return sum(ts - DISCOVERY_S < news < ts for news in device.news)


def seldom(device: Device, party: Party) -> int:
    """Return how many other parties the device meets only now and then."""
    least = len(device.days) / SELDOM
    return sum(len(other.days) <= least for other in device.parties.values() if other is not party)


def is_browsed(new_parties: int, seldom_parties: int) -> bool:
    """Return whether a device with so many discoveries and seldom parties is one somebody browses with."""
    return new_parties > MANY_DISCOVERIES or seldom_parties >= MANY_SELDOM
