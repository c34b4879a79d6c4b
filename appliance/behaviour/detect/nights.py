"""Parties met at hours that used to be quiet, while nobody plays. Does no I/O."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from appliance.behaviour import baseline, changes, use
from appliance.behaviour.facts import Change
from appliance.behaviour.spans import DAY_S, hours_of
from appliance.behaviour.state import Device, Party
from appliance.behaviour.use import Player, Use
from appliance.behaviour.watch import Watch

RECENT_DAYS: Final = 4
BUSY_DAYS: Final = 3
"""On so many of the latest days the quiet hours were busy."""

BASE_DAYS: Final = 28
LEAST_BASE_DAYS: Final = 10
QUIET_SHARE: Final = 0.08
"""An hour is quiet when it was busy on no more of the days."""

ALL_HOURS: Final = (1 << 24) - 1

QUIET_HOURS: Final = 5
"""Fewest quiet hours in a row that make a night; summer time moves its ends by one."""

BUSY_SHARE: Final = 0.4
"""Share of the quiet hours that must be busy now."""

IN_USE_SHARE: Final = 0.3
"""With other play in this share of those hours, somebody stays up late."""

FULL_DAY: Final = 16
"""Hours a day from which on a party that followed play is met all the time."""


def awake(device: Device, days: list[int], used: Use, watch: Watch) -> Iterator[Change]:
    """Yield a change for each party that is met now in the night, or all day long; `days` are active days."""
    recent, base = days[-RECENT_DAYS:], days[-RECENT_DAYS - BASE_DAYS : -RECENT_DAYS]
    if len(base) < LEAST_BASE_DAYS:
        return
    for party in device.parties.values():
        if party.status == "known" and party.outcome != "local" and _lasts(party, base, recent):
            players = use.others(used, party)
            yield from _awake(device, party, (base, recent), players, watch)


def _lasts(party: Party, base: list[int], recent: list[int]) -> bool:
    met = sum(day in party.days for day in base)
    return met >= LEAST_BASE_DAYS and sum(day in party.days for day in recent) >= BUSY_DAYS


def _awake(
    device: Device,
    party: Party,
    spans: tuple[list[int], list[int]],
    players: tuple[Player, ...],
    watch: Watch,
) -> Iterator[Change]:
    base, recent = spans
    hours = {day: _hours(party, day) for day in (*base, *recent)}
    quiet = _quiet(hours, base)
    if not quiet:
        return
    busy = [day for day in recent if (hours[day] & quiet).bit_count() >= BUSY_SHARE * quiet.bit_count()]
    if len(busy) < BUSY_DAYS or _in_use(players, recent, quiet):
        return
    full = sum(hours[day].bit_count() for day in busy) / len(busy) >= FULL_DAY
    played = not use.is_steady([party.days[day][0] if day in party.days else 0 for day in base])
    kind = "always_on" if full and played else "active_at_night"
    ts = float(busy[0] * DAY_S)
    if not all(changes.may_tell(device, told, party.domain, ts) for told in ("always_on", "active_at_night")):
        return
    before = {
        **baseline.describe(party, base),
        "hours_a_day": round(sum(hours[day].bit_count() for day in base) / len(base), 1),
        "watched_days": watch.in_days(base[0] * DAY_S, ts),
    }
    after = {
        **changes.surroundings(party),
        **baseline.describe(party, busy),
        "hours_a_day": round(sum(hours[day].bit_count() for day in busy) / len(busy), 1),
        "quiet_hours": quiet.bit_count(),
        "watched_days": watch.in_days(ts, (recent[-1] + 1) * DAY_S),
    }
    yield changes.tell(device, changes.make(device, party, kind, ts, before=before, after=after, watch=watch))


def _hours(party: Party, day: int) -> int:
    quarters = 0
    for channel in party.channels.values():
        row = channel.days.get(day)
        if row is not None:
            quarters |= row[3]
    return hours_of(quarters)


def _quiet(hours: dict[int, int], base: list[int]) -> int:
    """Return the longest run of quiet hours around the clock as a set of hours; 0 when it is no night."""
    few = int(QUIET_SHARE * len(base))
    often = [0] * (few + 1)  # hours busy on at least 1, 2, … days; the last: more than few, not quiet
    for day in base:
        more = hours[day]
        for index, met in enumerate(often):
            often[index], more = met | more, met & more
    quiet = ALL_HOURS & ~often[-1]
    if quiet == ALL_HOURS:
        return 0
    best = run = 0
    for step in range(48):
        bit = 1 << step % 24
        run = run | bit if quiet & bit else 0
        if run.bit_count() > best.bit_count():
            best = run
    return best if best.bit_count() >= QUIET_HOURS else 0


def _in_use(players: tuple[Player, ...], recent: list[int], quiet: int) -> bool:
    """Return whether other play-driven channels were busy in those hours, too."""
    late = [
        hours_of(sum_of) & quiet
        for day in recent
        if (sum_of := _together(player.days.get(day, 0) for player in players))
    ]
    return sum(bits.bit_count() for bits in late) >= IN_USE_SHARE * quiet.bit_count() * len(recent)


def _together(sets: Iterator[int]) -> int:
    quarters = 0
    for one in sets:
        quarters |= one
    return quarters
