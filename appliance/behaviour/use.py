"""Which channels follow play, and when the device was in use by what the others show. Does no I/O.

A day's use is a set of quarters of an hour. It is taken from the play-driven channels other than the one in
question: a child who plays twice as long makes all of them talk twice as much.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from appliance.behaviour.spans import hours_of
from appliance.behaviour.state import Channel, Device, Party

STEADY_SPREAD: Final = 0.3
"""Spread of contacts per day (standard deviation over mean) up to which a channel follows a clock."""

NIGHT_HOURS: Final = 6
NIGHT_SHARE: Final = 0.1
"""Share of a channel's busy hours that falls into its quietest six hours in a row: a quarter for a clock,
none for a child, who sleeps. From here on a channel runs by itself, however unevenly."""

LEAST_DAYS: Final = 7
"""Days met before a channel can tell of use, and before its habit is judged."""

PARTS: Final = 3
"""A channel tells of use only if it was met in each of so many parts of the days: one that came or went would
make the same play look like more or less."""


class Player(NamedTuple):
    """One play-driven channel: the quarters of an hour it was met in, by day."""

    domain: str
    key: str
    days: dict[int, int]


Use = tuple[Player, ...]


def is_steady(counts: Sequence[int]) -> bool:
    """Return whether the earlier part of daily counts follows a clock rather than a child.

    A clock of once a day with some jitter gives 0, 1 or 2: its variance is far below its mean, which is what
    tells it from play.
    """
    base = counts[: max(LEAST_DAYS, len(counts) // 2)]
    total, spread = _moments(base)
    return total > 0 and (spread <= (STEADY_SPREAD * total) ** 2 or 2 * spread <= len(base) * total)


def runs_by_itself(quarters: Sequence[int]) -> bool:
    """Return whether a channel is met round the clock, by the sets of quarters of its days."""
    hours = [0] * 24
    for day in quarters:
        bits = hours_of(day)
        for hour in range(24):
            hours[hour] += bits >> hour & 1
    total = sum(hours)
    night = min(sum(hours[(start + step) % 24] for step in range(NIGHT_HOURS)) for start in range(24))
    return total > 0 and night >= NIGHT_SHARE * total


def follows_play(channel: Channel, days: Sequence[int]) -> bool:
    """Return whether a channel's contacts come in bursts by day, with nights between."""
    rows = [channel.days.get(day) for day in days]
    counts = [row[0] if row else 0 for row in rows]
    total, spread = _moments(counts)
    if 2 * spread <= len(counts) * total or is_steady(counts):
        return False
    return not runs_by_itself([row[3] for row in rows if row])


def _moments(counts: Sequence[int]) -> tuple[int, int]:
    """Return the sum and the population variance × n² (n·Σx² − (Σx)²), in whole numbers."""
    total = sum(counts)
    return total, len(counts) * sum(count * count for count in counts) - total * total


def of(device: Device, days: Sequence[int]) -> Use:
    """Return the play-driven channels that were there all along."""
    return tuple(
        Player(party.domain, key, {day: row[3] for day in days if (row := channel.days.get(day)) and row[3]})
        for party in device.parties.values()
        if party.outcome != "local"
        for key, channel in party.channels.items()
        if _lasts(channel, days) and follows_play(channel, days)
    )


def _lasts(channel: Channel, days: Sequence[int]) -> bool:
    if len(channel.days) < LEAST_DAYS:
        return False
    part = -(-len(days) // PARTS)
    met = [day in channel.days and channel.days[day][0] > 0 for day in days]
    return sum(met) >= LEAST_DAYS and all(any(met[n : n + part]) for n in range(0, len(met), part))


def others(use: Use, party: Party, key: str | None = None) -> tuple[Player, ...]:
    """Return the channels that tell of use independently of a party (or of one channel of it): those of other
    parties, else the party's other ones."""
    strangers = tuple(player for player in use if player.domain != party.domain)
    if strangers or key is None:
        return strangers
    return tuple(player for player in use if player.key != key)


def used(players: Sequence[Player], day: int) -> int:
    """Return in how many quarters of an hour of the day the players show use, short pauses included."""
    quarters = 0
    for player in players:
        quarters |= player.days.get(day, 0)
    return closed(quarters)


def closed(quarters: int) -> int:
    """Return the number of quarters in a set, single missing ones between two counted."""
    return (quarters | quarters << 1 & quarters >> 1).bit_count()
