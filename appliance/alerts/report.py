"""The report of one update: what changed, before and after in numbers, and what did not. Does no I/O.

A pure function of stored facts: the update, the device's changes and hourly sightings, the home's first and
last record and its losses.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from appliance.alerts.countries import outside
from appliance.alerts.words import Words
from appliance.behaviour.facts import Change, Sighting, Update
from appliance.behaviour.watch import UNWATCHED
from sensor.records import Loss

SIDE_S: Final = 28 * 86_400.0
"""Longest stretch compared on each side: four weeks, so that weekends weigh the same."""

ENOUGH_S: Final = 86_400.0
"""A side watched for less gives no rates."""

HEADINGS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("new", ("new_party", "returned_party")),
    ("gone", ("gone_party",)),
    ("weaker", ("encryption_lost", "name_hidden", "new_data")),
    ("country", ("new_country",)),
    ("more", ("more_often", "always_on", "active_at_night")),
    ("bigger", ("bigger",)),
    ("less", ("less_often",)),
    ("smaller", ("smaller",)),
    ("stronger", ("encryption_gained",)),
    ("other", ("new_port",)),
)
"""Headings of a report in order, and the kinds of change under each."""

DAY_S: Final = 86_400.0
HOUR_S: Final = 3_600


class Facts(NamedTuple):
    """What is stored of one device, and of the home's watching."""

    updates: Sequence[Update]
    changes: Sequence[Change]
    sightings: Sequence[Sighting]
    span: tuple[float, float]  # the home's first and last record
    losses: Sequence[Loss] = ()  # the home's


class Row(NamedTuple):
    """One party before and after; rates are per watched day, None where a side was watched too shortly."""

    domain: str
    contacts_before: float | None
    contacts_after: float | None
    bytes_before: float | None
    bytes_after: float | None
    kinds: tuple[str, ...]  # of the changes that were first seen after the update


class Report(NamedTuple):
    """What an update did to a device's sharing."""

    update: Update
    verdict: str  # "changed", "nothing changed", "too early"
    watched_before_s: float
    watched_after_s: float
    rows: tuple[Row, ...]  # parties with changes first, then by what was sent after
    changes: tuple[Change, ...]  # confirmed ones that were first seen after it
    left_agreed: tuple[str, ...]  # countries outside the agreed set that are new

    def to_json(self) -> dict[str, Any]:
        plain = self._asdict()
        plain["update"] = self.update._asdict()
        plain["rows"] = [row._asdict() for row in self.rows]
        plain["changes"] = [change.id for change in self.changes]
        return plain


def report(update: Update, facts: Facts) -> Report:
    """Return the report of an update. A side ends where the device's next update in that direction is."""
    since, until = _sides(update, facts.updates, facts.span)
    before_s = _watched((since, update.ts), facts.losses)
    after_s = _watched((update.ts, until), facts.losses)
    own = [
        change for change in facts.changes if change.update == update.ts and change.certainty == "confirmed"
    ]
    found = tuple(sorted((c for c in own if c.kind != "nothing_changed"), key=lambda c: (c.ts, c.id)))
    steady = any(change.kind == "nothing_changed" and change.ts == update.ts for change in facts.changes)
    rows = _rows(update, facts.sightings, (since, until), (before_s, after_s), found)
    verdict = "changed" if found else "nothing changed" if steady else "too early"
    moved = {str(c.after["new_country"]) for c in found if c.kind == "new_country"}
    left = tuple(sorted(code for code in moved if outside(code)))
    return Report(update, verdict, before_s, after_s, rows, found, left)


def tell(told: Report, device: str, date: str, language: str = "en") -> str:
    """Return a report in words; `device` is its name, `date` the update's day as the family writes it."""
    words = Words(language)
    lines = [words.say("report.title", device=device, date=date)]
    for heading, kinds in HEADINGS:
        names = list(dict.fromkeys(words.who(c) for c in told.changes if c.kind in kinds))
        if names:
            lines.append(words.say(f"report.{heading}", parties=words.listed(names)))
    if told.verdict == "nothing changed":
        lines.append(words.say("report.nothing"))
    before, after = (words.days(s / DAY_S) for s in (told.watched_before_s, told.watched_after_s))
    lines.append(words.say("report.watched", before=before, after=after))
    if min(told.watched_before_s, told.watched_after_s) < ENOUGH_S:
        lines.append(words.say("report.short"))
    return "\n".join(lines) + "\n"


def _sides(update: Update, updates: Iterable[Update], span: tuple[float, float]) -> tuple[float, float]:
    real = [other.ts for other in updates if other.certainty != "restarted" and other.ts != update.ts]
    since = max([span[0], update.ts - SIDE_S, *(ts for ts in real if ts < update.ts)])
    until = min([span[1], update.ts + SIDE_S, *(ts for ts in real if ts > update.ts)])
    return min(since, update.ts), max(until, update.ts)


def _watched(side: tuple[float, float], losses: Sequence[Loss]) -> float:
    """Return the seconds of a side that no loss covers; overlapping losses count once."""
    start, end = side
    lost, reached = 0.0, start
    for loss in sorted(losses, key=lambda one: one.ts):
        if loss.kind in UNWATCHED:
            begin, stop = max(loss.ts, reached), min(loss.until, end)
            if stop > begin:
                lost, reached = lost + stop - begin, stop
    return end - start - lost


def _rows(
    update: Update,
    sightings: Sequence[Sighting],
    span: tuple[float, float],
    watched: tuple[float, float],
    found: tuple[Change, ...],
) -> tuple[Row, ...]:
    sums: dict[str, list[float]] = {}
    for sighting in sightings:
        ts = sighting.hour * HOUR_S
        if span[0] - HOUR_S < ts < span[1]:
            row = sums.setdefault(sighting.domain, [0.0, 0.0, 0.0, 0.0])
            side = 2 * (ts >= update.ts)
            row[side] += sighting.contacts
            row[side + 1] += sighting.bytes_up
    days = [s / DAY_S if s >= ENOUGH_S else None for s in watched]
    rows = [
        Row(
            domain,
            _per(row[0], days[0]),
            _per(row[2], days[1]),
            _per(row[1], days[0]),
            _per(row[3], days[1]),
            tuple(sorted({change.kind for change in found if change.domain == domain})),
        )
        for domain, row in sums.items()
    ]
    return tuple(sorted(rows, key=lambda row: (not row.kinds, -(row.bytes_after or 0.0), row.domain)))


def _per(total: float, days: float | None) -> float | None:
    return None if days is None else round(total / days, 2)
