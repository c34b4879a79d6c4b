"""Spans of time that behaviour counts in. Everything is UTC epoch seconds from the packets. Does no I/O."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

SLOT_S: Final = 300
"""A contact is one such slot with an upload: keep-alives and retries saturate instead of exploding, and it is
as long as the longest part of a flow (sensor ACTIVE_TIMEOUT_S), so one record never spans three."""

HOUR_S: Final = 3_600
DAY_S: Final = 86_400
SLOTS_A_DAY: Final = DAY_S // SLOT_S
SLOTS_AN_HOUR: Final = HOUR_S // SLOT_S
SLOTS_A_QUARTER: Final = 3
QUARTERS_A_DAY: Final = SLOTS_A_DAY // SLOTS_A_QUARTER

LATE_S: Final = 1_800
"""A day is looked at this long after its end: a flow is reported up to 600 s after its first packet (300 s
active, 300 s idle), and several sensors may lag a little more."""

DAYS_KEPT: Final = 45
"""Days of daily rows kept per channel: 28 of baseline and 14 of the slow look, and three to spare."""


def day_of(ts: float) -> int:
    return int(ts // DAY_S)


@lru_cache(maxsize=8_192)
def hours_of(quarters: int) -> int:
    """Return the 24-bit set of the hours in which a day's set of quarters has one."""
    return sum((quarters >> 4 * hour & 15 != 0) << hour for hour in range(24))
