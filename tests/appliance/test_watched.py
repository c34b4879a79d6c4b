"""Watched time leaves out gaps once, however they overlap."""

from __future__ import annotations

import pytest

from appliance.store.reader import Watch
from appliance.watched import missed_s, watched_s
from sensor.records import Loss


def watch(*gaps: tuple[float, float]) -> Watch:
    losses = [Loss(begin, end, "gap", 0, "") for begin, end in gaps]
    return Watch(1000.0, 2000.0, 1, 1, 0, losses, sum(end - begin for begin, end in gaps))


CASES = {
    "whole": ((), 1000, 2000, 1000),
    "clipped": ((), 0, 9000, 1000),
    "one gap": (((1100, 1200),), 1000, 2000, 900),
    "overlapping": (((1100, 1300), (1200, 1400)), 1000, 2000, 700),
    "inside another": (((1100, 1500), (1200, 1300)), 1000, 2000, 600),
    "half outside": (((900, 1100), (1950, 2100)), 1000, 2000, 850),
    "elsewhere": (((1800, 1900),), 1000, 1500, 500),
    "nothing": ((), 3000, 2500, 0),
}


@pytest.mark.parametrize(("gaps", "since", "until", "seconds"), CASES.values(), ids=CASES.keys())
def test_watched_seconds(
    gaps: tuple[tuple[float, float], ...], since: float, until: float, seconds: float
) -> None:
    assert watched_s(watch(*gaps), since, until) == seconds


def test_missed_is_only_what_fell_into_gaps() -> None:
    assert missed_s(watch((1100, 1200)), 0, 2000) == 100
    assert missed_s(watch(), 0, 2000) == 0
