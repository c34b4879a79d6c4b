"""The family's time: days of one time zone, school, bedtime, absences, and when a device is used."""

from __future__ import annotations

import math
import random
from bisect import bisect_right
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from tests.household.simulation.channel import Device
from tests.household.simulation.shape import Shape

DAY_S: Final = 86_400.0
ZONES: Final = ("Europe/Paris", "Europe/Berlin", "Europe/London", "America/New_York", "Australia/Sydney")
Span = tuple[float, float]


class Session(NamedTuple):
    """People use a device."""

    ts: float
    length_s: float


class Calendar:
    """Local days from before `start` until after `end`."""

    def __init__(self, zone: str, start: float, end: float) -> None:
        self.zone = ZoneInfo(zone)
        first = datetime.fromtimestamp(start, self.zone).date() - timedelta(days=1)
        count = int((end - start) // DAY_S) + 4
        self.days: list[date] = [first + timedelta(days=number) for number in range(count)]
        self.midnights = [
            datetime.combine(day, time(0), self.zone).astimezone(UTC).timestamp() for day in self.days
        ]

    def day(self, ts: float) -> int:
        """Return the place in `days` of the local day of `ts`."""
        return bisect_right(self.midnights, ts) - 1

    def at(self, day: int, hour: float) -> float:
        """Return the time of a local hour; 24.5 is half past midnight of the next day."""
        base = datetime.combine(self.days[day], time(0), self.zone) + timedelta(hours=hour)
        return base.timestamp()  # arithmetic within one zone is of wall-clock time

    def hour(self, ts: float) -> float:
        """Return the local hour of day, at most an hour off on the day the clocks change."""
        return (ts - self.midnights[self.day(ts)]) / 3_600


class Family(NamedTuple):
    """When people of a home sleep, learn and are away."""

    calendar: Calendar
    wake: float
    child_bed: float
    adult_bed: float
    school_holidays: tuple[Span, ...]
    absences: tuple[Span, ...]  # everybody is away, and what is portable with them
    children_away: tuple[Span, ...]  # only the children and their things

    def out(self, device: Device, ts: float) -> bool:
        """Return whether the device's people, or the device with them, are away for days."""
        spans = self.absences
        if device.profile.who == "child":
            spans += self.children_away
        return any(begin <= ts < until for begin, until in spans)

    def free(self, day: int) -> bool:
        """Return whether it is a day without school and work."""
        noon = self.calendar.midnights[day] + DAY_S / 2
        return self.calendar.days[day].weekday() >= 5 or any(a <= noon < b for a, b in self.school_holidays)

    def hours(self, device: Device, day: int) -> Span:
        """Return the hours of a local day in which people may use a device."""
        child = device.profile.who == "child"
        begin = self.wake + 0.5 if self.free(day) or device.profile.who == "all" else 15.5 if child else 17.5
        return begin, self.child_bed if child else self.adult_bed


def raise_family(rng: random.Random, shape: Shape, drift: float, start: float, end: float) -> Family:
    """Return a family with its habits."""
    calendar = Calendar(rng.choice(ZONES), start, end)
    months = (end - start) / (30 * DAY_S)
    away = _spans(rng, shape.absences * drift * months, start, end, (2, 10))
    return Family(
        calendar,
        rng.uniform(6, 8),
        rng.uniform(19, 21.5),
        rng.uniform(22, 23.8),
        _spans(rng, 0.35 * months, start, end, (9, 17)),
        tuple(away[0::2]),
        tuple(away[1::2]),
    )


def _spans(
    rng: random.Random, mean: float, start: float, end: float, days: tuple[int, int]
) -> tuple[Span, ...]:
    found = []
    for _ in range(poisson(rng, mean)):
        begin = rng.uniform(start, end)
        found.append((begin, begin + rng.uniform(*days) * DAY_S))
    return tuple(found)


def sessions(rng: random.Random, family: Family, device: Device, shape: Shape) -> list[Session]:
    """Return when a device is used, in order and without overlap."""
    found: list[Session] = []
    profile, calendar = device.profile, family.calendar
    if not profile.who:
        return found
    for day in range(len(calendar.days)):
        mood = rng.gammavariate(shape.moods, 1 / shape.moods)
        mean = (profile.weekend if family.free(day) else profile.weekday) * mood
        count, (begin, until) = (
            poisson(rng, mean * _habit(device, calendar.midnights[day])),
            family.hours(device, day),
        )
        for hour in sorted(rng.uniform(begin, until) for _ in range(count)):
            ts, length_s = calendar.at(day, hour), rng.uniform(*profile.minutes) * 60
            free = not found or found[-1].ts + found[-1].length_s + 300 < ts
            if free and device.begin <= ts and ts + length_s < device.until and not family.out(device, ts):
                found.append(Session(ts, length_s))
    return found


def _habit(device: Device, ts: float) -> float:
    """Return how many times its usual use a device has at `ts`."""
    return next((times for begin, times in reversed(device.habits) if begin <= ts), 1.0)


def poisson(rng: random.Random, mean: float) -> int:
    """Return a Poisson number (Knuth's product of uniforms: means here are below some dozens)."""
    limit, count, product = math.exp(-mean), 0, rng.random()
    while product > limit:
        count += 1
        product *= rng.random()
    return count
