"""What a device usually does, and how much of that we know yet. Does no I/O."""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

from appliance.behaviour.spans import DAY_S
from appliance.behaviour.state import Channel, Device, Party
from appliance.behaviour.watch import Watch

LEARNING_DAYS: Final = 7
LEARNING_SESSIONS: Final = 3
LEARNING_SESSION_DAYS: Final = 2
LEARNING_STARTS: Final = 1
"""Coverage that ends learning: a baseline of an idle toy is worthless for play (docs/change.md)."""

ACTIVE_DAYS_TO_LEARN: Final = 3
"""Days on which the device itself was heard before any news of it is news."""

LONGEST_LEARNING_DAYS: Final = 21
"""After this long we stop waiting for a restart or a session of use: some devices never show one."""

SESSION_BYTES: Final = 2_000
SESSION_GROWTH: Final = 4
"""An hour of use uploads this many times the usual hour, and at least so many bytes."""


class Learning(NamedTuple):
    """How complete a device's baseline is."""

    days: float  # watched since the device was first heard
    sessions: int  # of use
    session_days: int  # days with one
    restarts: int
    complete: bool  # by coverage, or because we wait no longer


UNKNOWN: Final = Learning(0.0, 0, 0, 0, False)


def learning(device: Device, watch: Watch) -> Learning:
    """Return what is known of the device's baseline."""
    days = watch.in_days(device.first_ts, watch.seen if watch.seen is not None else device.first_ts)
    return Learning(days, device.sessions, device.session_days, device.starts, device.complete)


def missing(known: Learning) -> tuple[str, ...]:
    """Return what is missing, in plain words; empty when the baseline is complete."""
    if known.complete:
        return ()
    lacks = (
        (math.ceil(LEARNING_DAYS - known.days), "more day of watching", "more days of watching"),
        (LEARNING_SESSIONS - known.sessions, "more session of use", "more sessions of use"),
        (LEARNING_SESSION_DAYS - known.session_days, "more day with use", "more days with use"),
        (LEARNING_STARTS - known.restarts, "restart", "restarts"),
    )
    return tuple(f"{n} {one if n == 1 else many}" for n, one, many in lacks if n > 0)


def learn_day(device: Device, day: int, watch: Watch) -> None:
    """Take the day into account: sessions of use, and whether learning is over."""
    if device.complete:
        return
    row = device.hours.get(day)
    if row is not None:
        runs = _sessions(row, _usual_hour(device, day))
        device.sessions += runs
        device.session_days += bool(runs)
    watched = watch.seconds(device.first_ts, (day + 1) * DAY_S)
    if not device.learned:
        device.learned = watched >= LEARNING_DAYS * DAY_S and len(device.days) >= ACTIVE_DAYS_TO_LEARN
    if device.learned:
        covered = (
            device.sessions >= LEARNING_SESSIONS
            and device.session_days >= LEARNING_SESSION_DAYS
            and device.starts >= LEARNING_STARTS
        )
        device.complete = covered or watched >= LONGEST_LEARNING_DAYS * DAY_S


def _usual_hour(device: Device, day: int) -> int:
    hours = sorted(up for d in range(day - 6, day + 1) if d in device.hours for up in device.hours[d])
    return hours[len(hours) // 2] if hours else 0


def _sessions(hours: list[int], usual: int) -> int:
    """Return how many runs of busy hours a day had."""
    busy = [up > max(SESSION_BYTES, SESSION_GROWTH * usual) for up in hours]
    return sum(now and not before for before, now in zip([False, *busy], busy, strict=False))


def active_days(device: Device, watch: Watch, until: int) -> list[int]:
    """Return the days up to `until` on which the device was active and the day was watched, in order."""
    return sorted(day for day in device.days if day <= until and watch.whole(day))


def describe(party: Party, days: list[int]) -> dict[str, Any]:
    """Return a party's numbers over some days of the device, as changes show them."""
    rows = [party.days[day] for day in days if day in party.days]
    return _numbers(sum(row[0] for row in rows), sum(row[1] for row in rows), len(days))


def describe_channel(channel: Channel, days: list[int]) -> dict[str, Any]:
    """Return a channel's numbers over some days of the device."""
    rows = [channel.days[day] for day in days if day in channel.days]
    return _numbers(sum(row[0] for row in rows), sum(row[1] for row in rows), len(days))


def _numbers(contacts: int, uploads: int, days: int) -> dict[str, Any]:
    return {
        "contacts_per_day": round(contacts / days, 2) if days else 0.0,
        "bytes_per_contact": round(uploads / contacts) if contacts else 0,
        "active_days": days,
    }
