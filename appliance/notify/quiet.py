"""Quiet hours: when a person wants no message of a severity. Does no I/O, has no clock."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, tzinfo
from typing import Final, NamedTuple

EVERYONE: Final = ""
"""The person of channels that belong to nobody in particular, and of hours that hold for all."""

DAY_MIN: Final = 1440


class Quiet(NamedTuple):
    """One rule; the hours may pass midnight."""

    person: str
    severity: int
    begins: int  # minutes of the home's day
    ends: int


def parse_hours(text: str) -> tuple[int, int]:
    """Return the minutes of "22:00-07:00". Raises ValueError with what was expected."""
    found = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)", text.strip())
    if found is None:
        raise ValueError(f"read the hours {text[:40]!r}, expected them as 22:00-07:00")
    hour, minute, until_hour, until_minute = (int(part) for part in found.groups())
    begins, ends = hour * 60 + minute, until_hour * 60 + until_minute
    if begins == ends:
        raise ValueError(f"read the hours {text[:40]!r}, expected two different times")
    return begins, ends


def show_hours(rule: Quiet) -> str:
    """Return the hours of a rule as `parse_hours` reads them."""
    return "-".join(f"{minute // 60:02}:{minute % 60:02}" for minute in (rule.begins, rule.ends))


def is_quiet(rules: Iterable[Quiet], person: str, severity: int, now: float, zone: tzinfo) -> bool:
    """Return whether a person wants no message of a severity now; their own rule goes before everyone's."""
    of_severity = {rule.person: rule for rule in rules if rule.severity == severity}
    rule = of_severity.get(person) or of_severity.get(EVERYONE)
    if rule is None:
        return False
    local = datetime.fromtimestamp(now, zone)
    minute = local.hour * 60 + local.minute
    return (minute - rule.begins) % DAY_MIN < (rule.ends - rule.begins) % DAY_MIN
