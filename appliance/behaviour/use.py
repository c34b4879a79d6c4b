"""Which channels follow play, and when the device was in use by what they show. Does no I/O."""

from __future__ import annotations

from typing import Final

from appliance.behaviour.spans import hour_bits
from appliance.behaviour.state import Device

STEADY_SPREAD: Final = 0.3
"""Spread of contacts per day (standard deviation over mean) up to which a channel follows a clock."""

LEAST_DAYS: Final = 7
"""Days met before a channel can tell of use, and before its habit is judged."""

PARTS: Final = 3
"""A channel tells of use only if it was met in each of so many parts of the days: one that came or went would
make the same play look like more or less."""

Use = dict[str, dict[int, int]]
"""Party → day → the hours (24 bits) in which its play-driven channels talked."""


def is_steady(counts: list[int]) -> bool:
    """Return whether the earlier part of daily counts follows a clock rather than a child.

    A clock of once a day with some jitter gives 0, 1 or 2: its variance is far below its mean, which is what
    tells it from play.
    """
    base = counts[: max(LEAST_DAYS, len(counts) // 2)]
    total, spread = _moments(base)
    return total > 0 and (spread <= (STEADY_SPREAD * total) ** 2 or 2 * spread <= len(base) * total)


def _follows_play(counts: list[int]) -> bool:
    """Return whether daily counts come in bursts: their variance is above their mean."""
    total, spread = _moments(counts)
    return spread > len(counts) * total and not is_steady(counts)


def _moments(counts: list[int]) -> tuple[int, int]:
    """Return the sum and the population variance × n² (n·Σx² − (Σx)²), in whole numbers."""
    total = sum(counts)
    return total, len(counts) * sum(count * count for count in counts) - total * total


def of(device: Device, days: list[int]) -> Use:
    """Return when the device was in use on its active days, party by party."""
    use: Use = {}
    for party in device.parties.values():
        if party.outcome == "local":
            continue
        for channel in party.channels.values():
            rows = channel.days
            masks = [rows[day][0] if day in rows else 0 for day in days]
            if _lasts(masks) and _follows_play([mask.bit_count() for mask in masks]):
                hours = use.setdefault(party.domain, {})
                for day, mask in zip(days, masks, strict=True):
                    if mask:
                        hours[day] = hours.get(day, 0) | hour_bits(mask)
    return use


def _lasts(masks: list[int]) -> bool:
    part = -(-len(masks) // PARTS)
    met = [bool(mask) for mask in masks]
    return sum(met) >= LEAST_DAYS and all(any(met[n : n + part]) for n in range(0, len(met), part))


def hours_of_others(use: Use, domain: str, day: int) -> int:
    """Return in how many hours of the day other parties show that the device was in use."""
    bits = 0
    for party, hours in use.items():
        if party != domain:
            bits |= hours.get(day, 0)
    return bits.bit_count()
