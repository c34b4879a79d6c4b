"""Is one handful of days above another: an exact rank test in plain Python. Does no I/O."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

EXACT_UP_TO: Final = 400
"""Products of sample sizes up to this are counted exactly (14 × 28 days is 392); beyond, the normal
approximation is good to the last digit that matters here."""


def above(recent: Sequence[float], base: Sequence[float]) -> float:
    """Return the one-sided Mann–Whitney probability that `recent` lies so far above `base` by chance.

    Ties count for nobody, which only ever makes the answer more careful. Either side empty: 1.0.
    (H. B. Mann, D. R. Whitney, Ann. Math. Statist. 18 (1947) 50–60.)
    """
    if not recent or not base:
        return 1.0
    ordered = sorted(base)
    wins = sum(bisect_left(ordered, value) for value in recent)
    return _tail(len(recent), len(base), wins)


def below(recent: Sequence[float], base: Sequence[float]) -> float:
    """Return the probability that `recent` lies so far below `base` by chance."""
    return above([-value for value in recent], [-value for value in base])


@lru_cache(maxsize=4_096)
def _tail(m: int, n: int, wins: int) -> float:
    if m * n > EXACT_UP_TO:
        deviation = math.sqrt(m * n * (m + n + 1) / 12)
        return 0.5 * math.erfc((wins - 0.5 - m * n / 2) / (deviation * math.sqrt(2)))
    counts = _distribution(m, n)
    return sum(counts[wins:]) / math.comb(m + n, m)


@lru_cache(maxsize=512)
def _distribution(m: int, n: int) -> tuple[int, ...]:
    """Return how many of the C(m+n, m) orders give each value of U: the Gaussian binomial's coefficients."""
    counts = [1]
    for k in range(1, m + 1):
        counts = _divided(_multiplied(counts, n + k), k)
    return tuple(counts)


def _multiplied(counts: list[int], power: int) -> list[int]:
    """Return counts × (1 − q^power)."""
    product = counts + [0] * power
    for index, count in enumerate(counts):
        product[index + power] -= count
    return product


def _divided(counts: list[int], power: int) -> list[int]:
    """Return counts ÷ (1 − q^power), which divides without rest."""
    quotient = list(counts)
    for index in range(power, len(quotient)):
        quotient[index] += quotient[index - power]
    return quotient[: len(quotient) - power]


def chance_of_at_least(hits: int, tries: int, probability: float) -> float:
    """Return P(X ≥ hits) for a binomial X: how likely mere flapping explains what was seen."""
    return sum(
        math.comb(tries, k) * probability**k * (1 - probability) ** (tries - k)
        for k in range(hits, tries + 1)
    )
