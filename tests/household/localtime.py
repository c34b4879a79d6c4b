"""Local time of the demonstration home: days, hours, weekends, and who is in."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.household.home import STORY, TIMEZONE, Device, Event

ZONE = ZoneInfo(TIMEZONE)


def local(ts: float) -> datetime:
    """Return the local time of `ts` (UTC epoch seconds)."""
    return datetime.fromtimestamp(ts, ZONE)


def hour_of(ts: float) -> float:
    """Return the local hour of day, with its fraction."""
    moment = local(ts)
    return moment.hour + moment.minute / 60


def at(day: date, hour: float) -> float:
    """Return the UTC epoch seconds of a local hour (24.5 is half past midnight of the next day)."""
    midnight = datetime.combine(day, time(0), ZONE)
    wall = midnight + timedelta(hours=hour)  # arithmetic of one zone is of wall-clock time
    return wall.timestamp()


def event_ts(event: Event, end: float) -> float:
    """Return when an event of the story begins, for a story that ends at `end`."""
    return at(local(end).date() - timedelta(days=event.days_before_end), event.hour)


def spans(kind: str, end: float, story: tuple[Event, ...] = STORY) -> list[tuple[float, float]]:
    """Return (from, until) of every event of one kind."""
    starts = [(event_ts(event, end), event) for event in story if event.kind == kind]
    return [(ts, ts + event.duration_s) for ts, event in starts]


def within(ts: float, windows: list[tuple[float, float]]) -> bool:
    """Return whether `ts` lies in one of the windows."""
    return any(begin <= ts < until for begin, until in windows)


def is_home(device: Device, ts: float, holidays: list[tuple[float, float]]) -> bool:
    """Return whether the device is on and in the home at `ts`."""
    hour = hour_of(ts)
    if device.portable and within(ts, holidays):
        return False
    if device.away and local(ts).weekday() < 5 and device.away[0] <= hour < device.away[1]:
        return False
    return device.awake[0] <= hour < device.awake[1]
