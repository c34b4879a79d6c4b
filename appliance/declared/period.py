"""The end of a support period as people write it: on a label, in a catalogue, by hand. Does no I/O.

Rules, not guesses: a date with its month is read in English, French or German; of several dates the one
behind "until" counts; where that does not settle it, nothing is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

MAX_TEXT: Final = 300
"""Characters of a label that are read: a support statement is a sentence or two."""

_MONTHS: Final = (
    "january jan janvier janv januar jän jänner",
    "february feb février fevrier févr februar",
    "march mar mars märz maerz mär",
    "april apr avril avr",
    "may mai",
    "june jun juin juni",
    "july jul juillet juil juli",
    "august aug août aout",
    "september sep sept septembre",
    "october oct octobre oktober okt",
    "november nov novembre",
    "december dec décembre decembre déc dezember dez",
)
_MONTH: Final = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
_NAMES: Final = "|".join(sorted(map(re.escape, _MONTH), key=len, reverse=True))
_YEAR: Final = r"(?P<y>20\d\d)"
_PATTERNS: Final = tuple(
    re.compile(rf"(?<![\w.\-/]){pattern}(?![\w\-/])", re.IGNORECASE)
    for pattern in (
        rf"{_YEAR}-(?P<m>\d\d)-(?P<d>\d\d)(?:T[\d:.]+Z?)?",
        rf"{_YEAR}[-/](?P<m>\d\d)",
        rf"(?P<d>\d{{1,2}})[./](?P<m>\d{{1,2}})[./]{_YEAR}",
        rf"(?P<m>\d{{1,2}})[./]{_YEAR}",
        rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th|er|\.)?\s*(?:of\s+)?(?P<n>{_NAMES})\.?,?\s+{_YEAR}",
        rf"(?P<n>{_NAMES})\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,\s+{_YEAR}",
        rf"(?P<n>{_NAMES})\.?,?\s+{_YEAR}",
        rf"(?:end of|fin|ende)\s+{_YEAR}",
    )
)
_BARE_YEAR: Final = re.compile(_YEAR)
_UNTIL: Final = re.compile(
    r"\b(?:until|till|through|up to|ends?(?: on| in)?|expires?|bis(?: zum| einschließlich)?|endet(?: am| im)?"
    r"|jusqu['’]?(?:à|au|en)?|prend fin(?: en| le)?|expire(?: en| le)?)\b\W*"
    r"(?:(?:the )?end of|la fin (?:de|du)?|fin|ende|le|au|en)?\W*$",
    re.IGNORECASE,
)


class Period(NamedTuple):
    """The end of a support period."""

    until: str  # "2027-03" or "2027-03-31": as exact as it was stated; a year is its last month
    end_ts: float  # the first moment after it, UTC


def read_period(text: str) -> Period | None:
    """Return the end that a text states; None where it states none, or more than one."""
    text = text[:MAX_TEXT]
    bare = _BARE_YEAR.fullmatch(text.strip())
    if bare:
        return _period(int(bare["y"]), 12, None)
    found = list(_dates(text))
    marked = [period for start, period in found if _UNTIL.search(text[:start])]
    candidates = {period.until: period for period in (marked or [period for _, period in found])}
    return next(iter(candidates.values())) if len(candidates) == 1 else None


def stated_end(text: str) -> str | None:
    """Return the end that a sentence of a notice states behind "until" or its like (Period.until)."""
    marked = {period.until for start, period in _dates(text[:MAX_TEXT]) if _UNTIL.search(text[:start])}
    return marked.pop() if len(marked) == 1 else None


def _dates(text: str) -> Iterator[tuple[int, Period]]:
    """Yield (where it begins, the period) of each date; a longer form hides the shorter one within it."""
    taken: list[tuple[int, int]] = []
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            start, end = match.span()
            if any(start < other_end and other_start < end for other_start, other_end in taken):
                continue
            taken.append((start, end))
            period = _of(match)
            if period is not None:
                yield start, period


def _of(match: re.Match[str]) -> Period | None:
    parts = match.groupdict()
    month = _MONTH[parts["n"].lower()] if parts.get("n") else int(parts.get("m") or 12)
    day = int(parts["d"]) if parts.get("d") else None
    return _period(int(parts["y"]), month, day)


def _period(year: int, month: int, day: int | None) -> Period | None:
    try:
        last = date(year, month, day) if day is not None else _last_of_month(year, month)
    except ValueError:
        return None
    end = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1)
    return Period(last.isoformat() if day is not None else f"{year}-{month:02}", end.timestamp())


def _last_of_month(year: int, month: int) -> date:
    if not 1 <= month <= 12:
        raise ValueError(month)
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
