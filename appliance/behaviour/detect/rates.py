"""More or less often, more or less each time. Does no I/O.

Measured per channel, told per party. Contacts per day depend on how much a child plays, so they are divided
by the hours in which the device used its other play-driven parties; contacts per hour of use and bytes per
contact need no such help. Three looks: a quick one every day, a slow one every third day, and one on active
days 3, 7 and 14 after an update, each with its own bound on chance (docs/change.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from statistics import fmean, median
from typing import Final, NamedTuple

from appliance.behaviour import baseline, changes, use
from appliance.behaviour.facts import Change
from appliance.behaviour.ranks import above, below
from appliance.behaviour.spans import DAY_S, day_of, hours_in
from appliance.behaviour.state import Channel, Device, Party, Report
from appliance.behaviour.use import Use
from appliance.behaviour.watch import Watch

BASE_DAYS: Final = 28
LEAST_BASE_DAYS: Final = 14
LEAST_BASE_UPDATED: Final = 7
QUICK_STEADY: Final = 2
QUICK_PLAYED: Final = 4
"""Days in a row above (below) all of the baseline: two for a clock-driven channel, four for one that follows
play, whose days vary as they like."""

MARGIN: Final = 1.15
RATIO: Final = 1.8
RATIO_UPDATED: Final = 1.5
SLOW_EVERY: Final = 3
SLOW_DAYS: Final = 14
SLOW_CHANCE: Final = 1e-4
UPDATE_CHANCE: Final = 0.01
UPDATE_LOOKS: Final = (3, 7, 14)
LEAST_CONTACTS: Final = 3
"""Contacts in the recent days, or in the baseline, below which a rate means nothing."""

KINDS: Final = {
    ("contacts", 1): "more_often",
    ("contacts", -1): "less_often",
    ("bytes", 1): "bigger",
    ("bytes", -1): "smaller",
}


class Series(NamedTuple):
    """One measure of one channel over the device's active days."""

    measure: str  # "contacts" or "bytes"
    days: tuple[int, ...]
    values: tuple[float, ...]
    steady: bool


class Look(NamedTuple):
    """One way of comparing recent days with earlier ones."""

    recent: int  # days
    chance: float | None  # None: every recent day beyond every earlier one
    ratio: float
    least_base: int


class Scene(NamedTuple):
    """What the looks of one day share."""

    device: Device
    days: list[int]  # active and watched, up to the day of the look
    updated: int | None  # active days since the update, on days to look at it
    channels: int  # over which the bounds on chance are spent
    use: Use
    watch: Watch


def shifted(device: Device, days: list[int], watch: Watch) -> Iterator[Change]:
    """Yield the changes of rate and size that show on the last of the device's active days."""
    if len(days) < LEAST_BASE_UPDATED + UPDATE_LOOKS[0]:
        return
    updated, report = _look_after_update(device, days)
    channels = sum(len(party.channels) for party in device.parties.values()) or 1
    scene = Scene(device, days, updated, channels, use.of(device, days), watch)
    for party in list(device.parties.values()):
        if party.status == "known" and party.outcome != "local":
            yield from _party(scene, party)
    if report is not None:
        report.looks.append(updated or 0)


def _look_after_update(device: Device, days: list[int]) -> tuple[int | None, Report | None]:
    """Return the number of active days since the latest update, when it is one to look at."""
    for report in reversed(device.reports):
        since = sum(day > day_of(report.update) for day in days)
        if since in UPDATE_LOOKS and since not in report.looks:
            return since, report
        return None, None
    return None, None


def _party(scene: Scene, party: Party) -> Iterator[Change]:
    told: set[str] = set()
    for channel in party.channels.values():
        if len(channel.days) < LEAST_CONTACTS or not _worth(channel, scene.days):
            continue
        for series in _measures(party, channel, scene):
            for sign in (1, -1):
                kind = KINDS[series.measure, sign]
                recent = _finds(series, sign, scene)
                if recent is None or kind in told:
                    continue
                told.add(kind)
                yield from _told(scene, party, channel, kind, (series, recent))


def _worth(channel: Channel, days: list[int]) -> bool:
    """Return whether the channel was met at all on the days a look compares."""
    wanted = days[-SLOW_DAYS - BASE_DAYS :]
    return sum(channel.days[day][0].bit_count() for day in wanted if day in channel.days) >= LEAST_CONTACTS


def _measures(party: Party, channel: Channel, scene: Scene) -> Iterator[Series]:
    born = day_of(channel.first_ts)
    for measure in ("contacts", "bytes"):
        start = max(born + 1, channel.rebased.get(measure, 0))
        span = [day for day in scene.days if day >= start]
        masks = [channel.days[day][0] if day in channel.days else 0 for day in span]
        counts = [mask.bit_count() for mask in masks]
        steady = use.is_steady(counts)
        if measure == "bytes":
            met = [(day, channel.days[day][1] / n) for day, n in zip(span, counts, strict=True) if n]
            yield Series("bytes", tuple(day for day, _ in met), tuple(size for _, size in met), steady)
            continue
        if steady:
            yield Series("contacts", tuple(span), tuple(map(float, counts)), True)
            continue
        used = [
            (day, n / hours)
            for day, n in zip(span, counts, strict=True)
            if (hours := use.hours_of_others(scene.use, party.domain, day))
        ]
        yield Series("contacts", tuple(day for day, _ in used), tuple(rate for _, rate in used), False)
        busy = [(day, n / hours_in(mask)) for day, n, mask in zip(span, counts, masks, strict=True) if mask]
        yield Series("contacts", tuple(day for day, _ in busy), tuple(rate for _, rate in busy), False)


def _finds(series: Series, sign: int, scene: Scene) -> int | None:
    """Return over how many recent days a look finds the series shifted; None when none does."""
    looks = [Look(QUICK_STEADY if series.steady else QUICK_PLAYED, None, RATIO, LEAST_BASE_DAYS)]
    if len(scene.days) % SLOW_EVERY == 0:
        looks.append(Look(SLOW_DAYS, SLOW_CHANCE / scene.channels, RATIO, LEAST_BASE_DAYS))
    if scene.updated is not None:
        chance = UPDATE_CHANCE / (scene.channels * len(UPDATE_LOOKS))
        looks.append(Look(scene.updated, chance, RATIO_UPDATED, LEAST_BASE_UPDATED))
    for look in looks:
        if _differs(series.values, sign, look, series.measure):
            return look.recent
    return None


def _differs(values: tuple[float, ...], sign: int, look: Look, measure: str) -> bool:
    recent, base = values[-look.recent :], values[-look.recent - BASE_DAYS : -look.recent]
    if len(recent) < look.recent or len(base) < look.least_base:
        return False
    middle = median if measure == "bytes" else fmean
    high, low = (middle(recent), middle(base)) if sign > 0 else (middle(base), middle(recent))
    if high < look.ratio * low or low <= 0:
        return False  # silence altogether is a party gone, or one that just came
    if look.chance is not None:
        return (above if sign > 0 else below)(recent, base) < look.chance
    if sign > 0:
        return min(recent) > MARGIN * max(base)
    return MARGIN * max(recent) < min(base)


def _told(
    scene: Scene, party: Party, channel: Channel, kind: str, found: tuple[Series, int]
) -> Iterator[Change]:
    """Yield the change, unless it was told lately, and begin a new baseline."""
    device, watch = scene.device, scene.watch
    series, recent = found
    after_days = list(series.days[-recent:])
    base_days = list(series.days[-recent - BASE_DAYS : -recent])
    channel.rebased[series.measure] = after_days[0]
    ts = float(after_days[0] * DAY_S)
    if not changes.may_tell(device, kind, party.domain, ts):
        return
    before = {
        **baseline.describe_channel(channel, base_days),
        "watched_days": watch.in_days(base_days[0] * DAY_S, (base_days[-1] + 1) * DAY_S),
    }
    after = {
        **changes.surroundings(party),
        **baseline.describe_channel(channel, after_days),
        "watched_days": watch.in_days(ts, (after_days[-1] + 1) * DAY_S),
        "follows_play": not series.steady,
    }
    yield changes.tell(device, changes.make(device, party, kind, ts, before=before, after=after))
