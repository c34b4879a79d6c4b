"""How often alerts are wrong in this home, by the family's own answers; sent nowhere. Does no I/O."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from appliance.alerts.answers import JUDGEMENTS, Answer, standing
from appliance.alerts.words import Words

Z: Final = 1.96
"""Quantile of the normal distribution for an interval of 95 %."""


class Shadow(NamedTuple):
    """Counts of answers, and the share of alerts that were not useful with its 95 % interval (Wilson)."""

    answered: int
    useful: int
    expected: int
    wrong: int
    false_share: float  # 0.0 without answers
    low: float
    high: float

    def to_json(self) -> dict[str, Any]:
        return self._asdict()


def shadow(answers: Iterable[Answer], kind: str | None = None) -> Shadow:
    """Return the counts of all answers to alerts, or of those to one kind; the latest to an alert counts."""
    latest = {
        answer.alert: answer.act
        for answer in standing(answers)
        if answer.act in JUDGEMENTS and kind in (None, answer.kind)
    }
    counts = Counter(latest.values())
    n, false = len(latest), counts["expected"] + counts["wrong"]
    low, high = _wilson(false, n)
    share = round(false / n, 4) if n else 0.0
    return Shadow(n, counts["useful"], counts["expected"], counts["wrong"], share, low, high)


def sentence(counts: Shadow, language: str = "en") -> str:
    """Return the counts in words."""
    words = Words(language)
    if not counts.answered:
        return words.say("shadow.none")
    return words.say("shadow.some", useful=str(counts.useful), answered=str(counts.answered))


def _wilson(hits: int, n: int) -> tuple[float, float]:
    """Return the interval of a share (E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209–212)."""
    if not n:
        return 0.0, 1.0
    share, square = hits / n, Z * Z
    middle = share + square / (2 * n)
    half = Z * math.sqrt(share * (1 - share) / n + square / (4 * n * n))
    low, high = (middle - half) / (1 + square / n), (middle + half) / (1 + square / n)
    return round(max(0.0, low), 4), round(min(1.0, high), 4)
