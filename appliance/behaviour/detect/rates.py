"""More or less often, more or less each time. Does no I/O.

Measured per channel, told per party. A count of contacts depends on how much a child plays, so days of a
channel that follows play are weighed with the quarters of an hour in which other play-driven channels talked;
bytes per contact need no such help. The bounds and what they cost are in docs/change.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import log
from statistics import median
from typing import Final, NamedTuple

from appliance.behaviour import baseline, changes, shifts, updates, use
from appliance.behaviour.facts import Change
from appliance.behaviour.shifts import Day, Shift
from appliance.behaviour.spans import DAY_S, day_of
from appliance.behaviour.state import LOG_STEPS, ROW, Channel, Device, Party, Report
from appliance.behaviour.use import Use
from appliance.behaviour.watch import Watch

BASE_DAYS: Final = 28
LEAST_BASE_DAYS: Final = 10
LEAST_COUNT: Final = 6
"""Contacts in the baseline, and in the recent days or what was to be expected of them, below which a rate
means nothing."""

UPDATE_LOOKS: Final = (3, 7, 14)
"""Days of activity after an update on which its channels are looked at with less suspicion of chance."""

HALF_OTHERS: Final = 0.5
"""A party's contacts must have moved by at least this share of what its channel's did: when another of its
hosts took over, nothing changed."""

RAW_RATIO: Final = 1.3
"""More per hour of use is told only when it is more per day, too: the estimate of use may have moved."""

KINDS: Final = {
    ("contacts", 1): "more_often",
    ("contacts", -1): "less_often",
    ("bytes", 1): "bigger",
    ("bytes", -1): "smaller",
    ("load", 1): "bigger",
    ("load", -1): "smaller",
}


class Look(NamedTuple):
    """One way of comparing recent days with earlier ones."""

    recent: int  # days
    surprise: float  # standard deviations
    ratio: float


STEADY: Final = (Look(2, 6.0, 1.6), Look(4, 5.0, 1.5), Look(7, 4.5, 1.5), Look(14, 4.5, 1.4))
PLAYED: Final = (Look(5, 5.5, 1.6), Look(9, 4.8, 1.6), Look(14, 4.2, 1.5), Look(21, 4.2, 1.5))
SIZES: Final = (Look(2, 9.0, 1.8), Look(4, 6.5, 1.6), Look(7, 5.0, 1.5), Look(14, 4.5, 1.4))
LOADS: Final = (Look(7, 6.0, 1.8), Look(14, 5.5, 1.6))
LONGEST_DAYS: Final = BASE_DAYS + PLAYED[-1].recent
"""Active days that any look compares."""

AT_ONCE_S: Final = 4 * DAY_S
"""What an update does to amounts shows at once; so far off the day may be on which we think that it began."""

EARLY_DAYS: Final = 2
"""An update so many of the days told of later may be what an amount changed with, too."""

UPDATED_SURPRISE: Final = 4.2
UPDATED_RATIO: Final = 1.4


class Series(NamedTuple):
    """One measure of one channel over the device's days that tell of it."""

    measure: str  # "contacts", "bytes" (as a rule) or "load" (the mean, which a few large ones move)
    days: list[int]
    values: list[Day]  # "contacts": count and what it is weighed by; else log bytes per flow, per contact
    check: list[Day]  # contacts: count and the quarters of use (0 where nothing tells); empty for others
    looks: tuple[Look, ...]


class Scene(NamedTuple):
    """What the looks of one day share."""

    device: Device
    days: list[int]  # active and watched, up to the day of the look
    updated: int | None  # active days since the update, on days to look at it
    use: Use
    watch: Watch


class Found(NamedTuple):
    """A shift, and where its recent days begin."""

    kind: str
    series: Series
    recent: int
    shift: Shift


def shifted(device: Device, days: list[int], used: Use, watch: Watch) -> Iterator[Change]:
    """Yield the changes of rate and size that show on the last of the device's active days."""
    if len(days) < LEAST_BASE_DAYS + STEADY[0].recent:
        return
    updated, report = _look_after_update(device, days)
    scene = Scene(device, days, updated, used, watch)
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
    for key, channel in party.channels.items():
        if channel.days and max(channel.days) < scene.days[0]:
            continue
        for series in _measures(scene, party, key, channel):
            found = _finds(series, scene, party)
            if found is not None and found.kind not in told:
                told.add(found.kind)
                yield from _told(scene, party, channel, found)


def _measures(scene: Scene, party: Party, key: str, channel: Channel) -> Iterator[Series]:
    born = day_of(channel.first_ts)
    span = [day for day in scene.days if day > born and day >= channel.rebased.get("contacts", 0)]
    rows = [channel.days.get(day) or [0] * ROW for day in span]
    if sum(row[0] for row in rows) < LEAST_COUNT:
        return
    players = use.others(scene.use, party, key)
    plays = use.follows_play(channel, span)
    check = [(float(row[0]), float(use.used(players, day))) for day, row in zip(span, rows, strict=True)]
    weights = _weights(check, rows) if plays else [1.0] * len(rows)
    last = max(index for index, row in enumerate(rows) if row[0])  # silence since then: a party gone, perhaps
    told = [index for index, row in enumerate(rows[: last + 1]) if row[0] or weights[index]]
    yield Series(
        "contacts",
        [span[index] for index in told],
        [(float(rows[index][0]), weights[index]) for index in told],
        [check[index] for index in told],
        PLAYED if plays else STEADY,
    )
    yield from _sizes(scene, channel)


def _weights(check: list[Day], rows: list[list[int]]) -> list[float]:
    """Return what a play-driven channel's days are weighed by: the use that others show, or the channel's own
    bouts, whichever makes the days more alike."""
    counts = [count for count, _ in check]
    used, bouts = [use for _, use in check], [float(_bouts(row[3])) for row in rows]
    if not any(used):
        return bouts
    return min((used, bouts), key=lambda weights: shifts.unevenness(counts, weights))


def _sizes(scene: Scene, channel: Channel) -> Iterator[Series]:
    first = max(channel.rebased.get("bytes", 0), day_of(channel.first_ts) + 1)
    days = sorted(
        day for day, row in channel.days.items() if row[0] and row[1] and first <= day <= scene.days[-1]
    )
    usual = median([channel.days[day][4] for day in days]) if days else 0
    days = [day for day in days if not _fetched(channel.days[day], usual)]
    rows = [channel.days[day] for day in days]
    per_flow = [row[5] / row[2] / LOG_STEPS * log(2) for row in rows]
    means = [(log(row[1] / row[0]), log(row[1] / row[2])) for row in rows]
    yield Series(
        "bytes", days, [(value, mean[0]) for value, mean in zip(per_flow, means, strict=True)], [], SIZES
    )
    yield Series("load", days, [(mean[0], mean[1]) for mean in means], [], LOADS)


def _fetched(row: list[int], usual: float) -> bool:
    """Return whether a day's uploads were mostly the asking for a great download: new software, as a rule."""
    _, up, _, _, down, _ = row
    return down >= max(updates.DOWNLOAD_BYTES, updates.DOWNLOAD_RATIO * up, updates.DOWNLOAD_GROWTH * usual)


def _bouts(quarters: int) -> int:
    """Return the quarters of a channel's own bouts of use, pauses of up to three quarters included."""
    for _ in range(2):
        quarters |= (
            quarters << 1 & quarters >> 1 | (quarters << 2 & quarters >> 1) | (quarters << 1 & quarters >> 2)
        )
    return quarters.bit_count()


def _finds(series: Series, scene: Scene, party: Party) -> Found | None:
    """Return the shift that a look finds; None when none does."""
    looks = series.looks
    if scene.updated is not None:
        since = sum(day > scene.days[-scene.updated - 1] for day in series.days)
        looks = (*looks, Look(since, UPDATED_SURPRISE, UPDATED_RATIO))
    for look in looks:
        start = len(series.values) - look.recent
        if start < LEAST_BASE_DAYS or look.recent < 2:
            continue
        shift = (_rate if series.measure == "contacts" else _size)(series, start, look)
        if shift is shifts.NONE:
            continue
        sign = 1 if shift.surprise > 0 else -1
        measure = (
            "contacts" if series.measure == "load" and not _per_flow(series, start, shift) else series.measure
        )
        found = Found(KINDS[measure, sign], series, look.recent, shift)
        if series.measure != "contacts" or _party_moved(party, found):
            return found
    return None


def _sides(values: list[Day], start: int) -> tuple[list[Day], list[Day]]:
    return values[start:], values[max(0, start - BASE_DAYS) : start]


def _rate(series: Series, start: int, look: Look) -> Shift:
    recent, base = _sides(series.values, start)
    if sum(n for n, _ in base) < LEAST_COUNT:
        return shifts.NONE
    shift = shifts.of_rate(recent, base, look.ratio)
    if abs(shift.surprise) < look.surprise:
        return shifts.NONE
    if (
        shift.ratio > 1
        and shifts.of_rate(shifts.without_largest(recent), base).ratio < 1 + (look.ratio - 1) / 2
    ):
        return shifts.NONE
    return shift if all(_agrees(shift, other) for other in _otherwise(series, start)) else shifts.NONE


def _otherwise(series: Series, start: int) -> Iterator[Shift]:
    """Yield the same comparison by the bare count and, where something tells of use, by what it explains."""
    recent, base = _sides([(count, 1.0) for count, _ in series.check], start)
    yield shifts.of_rate(recent, base)
    recent, base = _sides(series.check, start)
    if series.looks is STEADY and any(used for _, used in base):
        both = [*base, *recent]
        days = shifts.explained([count for count, _ in both], [used for _, used in both], len(base))
        yield shifts.of_rate(days[len(base) :], days[: len(base)])


def _agrees(shift: Shift, other: Shift) -> bool:
    return other.ratio >= RAW_RATIO if shift.ratio > 1 else other.ratio <= 1 / RAW_RATIO


def _size(series: Series, start: int, look: Look) -> Shift:
    """Return the shift of sizes, when the mean per contact agrees."""
    recent, base = _sides(series.values, start)
    shift = shifts.of_size([size for size, _ in recent], [size for size, _ in base], look.ratio)
    if abs(shift.surprise) < look.surprise:
        return shifts.NONE
    if series.measure == "load":
        return shift
    step = median([mean for _, mean in recent]) - median([mean for _, mean in base])
    return shift if step * log(shift.ratio) > 0 and abs(step) >= log(RAW_RATIO) else shifts.NONE


def _per_flow(series: Series, start: int, shift: Shift) -> bool:
    """Return whether single flows grew (shrank), too, by at least half of it: else there are more of them."""
    recent, base = _sides(series.values, start)
    step = median([flow for _, flow in recent]) - median([flow for _, flow in base])
    return step / log(shift.ratio) >= HALF_OTHERS


def _party_moved(party: Party, found: Found) -> bool:
    """Return whether the party as a whole is met more (less) by a good part of what the channel is."""
    days, start = found.series.days, len(found.series.days) - found.recent
    if len(party.channels) == 1:
        return True
    base, recent = days[max(0, start - BASE_DAYS) : start], days[start:]

    def per_day(span: list[int]) -> float:
        total: int = sum(party.days[day][0] for day in span if day in party.days)
        return total / len(span)

    counts = [n for n, _ in found.series.values]
    moved = sum(counts[start:]) / len(recent) - sum(counts[max(0, start - BASE_DAYS) : start]) / len(base)
    return moved != 0 and (per_day(recent) - per_day(base)) / moved >= HALF_OTHERS


def _began(found: Found) -> int:
    """Return the index of the day on which the shift began: days that are still as before are left to before.

    A look compares a fixed number of days; an update in their middle must come before what followed it.
    """
    series, start = found.series, len(found.series.days) - found.recent
    _, base = _sides(series.values, start)
    half = log(found.shift.ratio) / 2
    if series.measure == "contacts":
        usual = sum(n for n, _ in base) / sum(weight for _, weight in base)
        steps = [log((n + 0.1) / (usual * max(weight, 0.1) + 0.1)) for n, weight in series.values[start:]]
    else:
        usual = median([size for size, _ in base])
        steps = [size - usual for size, _ in series.values[start:]]
    while len(steps) > 1 and steps[0] / half < 1:
        steps, start = steps[1:], start + 1
    return start


def _after_update(device: Device, days: list[int], start: int) -> int:
    """Return `start`, or the day of an update that came hardly later.

    One or two days before it that are like those after it may be chance, when more of them follow.
    """
    latest = min(start + EARLY_DAYS, len(days) - 1)
    update = device.last_update((days[latest] + 1) * DAY_S - 1, (days[latest] - days[start] + 1) * DAY_S)
    if update is None or day_of(update) <= days[start]:
        return start
    begun = next(index for index, day in enumerate(days) if day >= day_of(update))
    return begun if len(days) - begun > begun - start else start


def _told(scene: Scene, party: Party, channel: Channel, found: Found) -> Iterator[Change]:
    """Yield the change, unless it was told lately, and begin a new baseline."""
    device, watch = scene.device, scene.watch
    start = _after_update(device, found.series.days, _began(found))
    after_days = found.series.days[start:]
    base_days = found.series.days[max(0, start - BASE_DAYS) : start]
    measure = "bytes" if found.kind in ("bigger", "smaller") else "contacts"
    channel.rebased[measure] = after_days[0]
    ts = float(after_days[0] * DAY_S)
    if not changes.may_tell(device, found.kind, party.domain, ts):
        return
    before = {
        **baseline.describe_channel(channel, base_days),
        "watched_days": watch.in_days(base_days[0] * DAY_S, (base_days[-1] + 1) * DAY_S),
    }
    after = {
        **changes.surroundings(party),
        **baseline.describe_channel(channel, after_days),
        "watched_days": watch.in_days(ts, (after_days[-1] + 1) * DAY_S),
        "follows_play": found.series.looks is PLAYED,
        "ratio": round(found.shift.ratio, 2),
        "surprise": round(abs(found.shift.surprise), 1),
    }
    made = changes.make(
        device, party, found.kind, ts, before=before, after=after, watch=watch, within_s=AT_ONCE_S
    )
    yield changes.tell(device, made)
