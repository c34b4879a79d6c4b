"""Did a rate or a size shift? Two tests that carry their own idea of how much days differ. Does no I/O."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median
from typing import Final, NamedTuple

LEAST_SPREAD: Final = 0.3
"""Variance over mean of daily counts is taken for at least this: no clock is better over months."""

BLOCK_DAYS: Final = 5
"""Habits last for days: the spread is measured of blocks of this many days, too."""

LEAST_SCALE: Final = 0.06
"""Natural logarithms of sizes are taken to spread by at least this from day to day."""

FEW_DAYS: Final = 4
BEYOND_SHARE: Final = 0.75

MAD_TO_SIGMA: Final = 1.4826
MEDIAN_LOSS: Final = 1.2533
"""Median absolute deviation to standard deviation, and the median's standard error over the mean's, for a
normal distribution."""

Day = tuple[float, float]
"""A day's count and how much of it was to be expected for what the device was used (1.0 where it follows a
clock)."""


class Shift(NamedTuple):
    """How far recent days are from the earlier ones."""

    ratio: float  # recent over earlier
    surprise: float  # in standard deviations; below 0: fewer or smaller


NONE: Final = Shift(1.0, 0.0)


def of_rate(recent: Sequence[Day], base: Sequence[Day], least: float = 1.0) -> Shift:
    """Return how far the rate of recent days is from that of the earlier ones.

    A score test of counts whose variance is a multiple of their mean (quasi-Poisson; P. McCullagh,
    J. A. Nelder, Generalized Linear Models, 1989, §6.2.4). The multiple is that of single days or of blocks
    of days, whichever is larger. Nothing expected on one side: no shift; nor is a ratio nearer to 1 than
    `least` (or its inverse).
    """
    count, expected = sum(n for n, _ in recent), sum(e for _, e in recent)
    former, watched = sum(n for n, _ in base), sum(e for _, e in base)
    if not expected or not watched or not former:
        return NONE
    rate = former / watched
    mean = rate * expected
    if _near(count / mean, least):
        return NONE
    blocks = [_sum(base[start : start + BLOCK_DAYS]) for start in range(0, len(base), BLOCK_DAYS)]
    spread = max(LEAST_SPREAD, _spread(base, rate), _spread(blocks, rate))
    return Shift(count / mean, (count - mean) / math.sqrt(spread * mean * (1 + expected / watched)))


def of_size(recent: Sequence[float], base: Sequence[float], least: float = 1.0) -> Shift:
    """Return how far the logarithms (natural) of recent days' sizes are from those of the earlier ones.

    Medians and the median absolute deviation; and most of the recent days must lie beyond three quarters of
    the earlier ones (of a few recent days all, beyond all but one), so that single huge days count little.
    A ratio nearer to 1 than `least` (or its inverse) is no shift.
    """
    if not recent or not base:
        return NONE
    middle = median(base)
    step = median(recent) - middle
    if _near(math.exp(step), least):
        return NONE
    scale = max(LEAST_SCALE, _scale(base, middle), _scale(recent, median(recent)) if len(recent) > 4 else 0.0)
    if not _beyond(recent, base, 1 if step > 0 else -1):
        return NONE
    return Shift(math.exp(step), step / (scale * MEDIAN_LOSS * math.sqrt(1 / len(recent) + 1 / len(base))))


def _near(ratio: float, least: float) -> bool:
    return 1 / least < ratio < least


def _beyond(recent: Sequence[float], base: Sequence[float], sign: int) -> bool:
    ordered = sorted(sign * value for value in base)
    if len(recent) <= FEW_DAYS:
        edge, least = ordered[-2] if len(ordered) > 1 else ordered[-1], 1.0
    else:
        edge, least = ordered[3 * len(ordered) // 4], BEYOND_SHARE
    return sum(sign * value > edge for value in recent) >= least * len(recent)


def explained(counts: Sequence[float], use: Sequence[float], until: int) -> list[Day]:
    """Return the days of a channel that runs by itself and follows play, too, with what was to be expected.

    A line, never falling, through the counts over the use of the days before index `until` (least squares).
    """
    base = list(zip(use[:until], counts[:until], strict=True))
    n = len(base)
    mean_use, mean = sum(u for u, _ in base) / n, sum(c for _, c in base) / n
    spread = sum((u - mean_use) ** 2 for u, _ in base)
    slope = max(0.0, sum((u - mean_use) * (c - mean) for u, c in base) / spread) if spread else 0.0
    level = mean - slope * mean_use
    if level < 0:
        level, slope = 0.0, mean / mean_use
    return [(count, level + slope * u) for count, u in zip(counts, use, strict=True)]


def unevenness(counts: Sequence[float], weights: Sequence[float]) -> float:
    """Return the variance over mean of counts, given what their days are weighed by."""
    days = list(zip(counts, weights, strict=True))
    count, weight = _sum(days)
    lost = sum(n for n, w in days if not w)
    return _spread(days, count / weight) + lost if weight and count else math.inf


def without_largest(days: Sequence[Day]) -> list[Day]:
    """Return the days without the one of the largest count: a shift that rests on one day is none."""
    if len(days) < 3:
        return list(days)
    largest = max(range(len(days)), key=lambda index: days[index][0])
    return [day for index, day in enumerate(days) if index != largest]


def _sum(days: Sequence[Day]) -> Day:
    return sum(n for n, _ in days), sum(e for _, e in days)


def _spread(days: Sequence[Day], rate: float) -> float:
    """Return the variance of counts over their mean: 1 for chance alone, more for moods."""
    told = [(n, rate * e) for n, e in days if e]
    if len(told) < 2:
        return 0.0
    return sum((n - mean) ** 2 / mean for n, mean in told) / (len(told) - 1)


def _scale(logs: Sequence[float], middle: float) -> float:
    return MAD_TO_SIGMA * median(abs(value - middle) for value in logs)
