"""Before and after an update: the same numbers on both sides, and how long each side was watched."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from appliance.behaviour.facts import Change, Update
from appliance.parties.party import PartyRecord
from appliance.store.reader import Watch
from appliance.store.rollups import Span, Sum
from appliance.watched import watched_s

DAY_S: Final = 86_400
HOUR_S: Final = 3_600

SIDE_S: Final = 28 * DAY_S
"""Longest stretch compared on each side: four weeks, so that weekends weigh the same."""

MAX_BARS: Final = 10
"""Parties drawn; the table has all that matter."""

SHORTEST_S: Final = DAY_S / 4
"""A side watched for less gives no number per day: six hours do not tell a day."""


class Side(NamedTuple):
    """One side of an update."""

    since: float
    until: float
    watched_s: float

    @property
    def enough(self) -> bool:
        return self.watched_s >= SHORTEST_S


class Rate(NamedTuple):
    """What a device sent to one party on one side, per watched day."""

    contacts_per_day: float
    bytes_per_day: float


class Row(NamedTuple):
    """One party before and after; `changes` are what the core says of it."""

    party: PartyRecord
    before: Rate
    after: Rate
    changes: list[Change]


class Bar(NamedTuple):
    """One party in the drawing: how long its bar is on each side, in per cent of the longest."""

    party: PartyRecord
    before: float
    after: float


class Comparison(NamedTuple):
    update: Update
    before: Side
    after: Side
    rows: list[Row]  # parties with a change first, then by what was sent after
    steady: bool  # the core says that nothing changed after this update

    @property
    def bars(self) -> list[Bar]:
        """The first parties of the table as bars; by square roots, so that little is seen beside much."""
        rows = self.rows[:MAX_BARS]
        longest = max((max(row.before.bytes_per_day, row.after.bytes_per_day) for row in rows), default=0.0)
        scale = 100 / math.sqrt(longest) if longest else 0.0
        return [
            Bar(
                row.party,
                round(math.sqrt(row.before.bytes_per_day) * scale, 2),
                round(math.sqrt(row.after.bytes_per_day) * scale, 2),
            )
            for row in rows
        ]

    @property
    def changed(self) -> int:
        return sum(bool(row.changes) for row in self.rows)


def sides(update: Update, updates: Sequence[Update], watch: Watch) -> tuple[Side, Side]:
    """Return the stretches before and after: up to the next update (a restart is none), at most SIDE_S."""
    others = [other.ts for other in updates if other.ts != update.ts and other.certainty != "restarted"]
    first = update.ts if watch.first_ts is None else watch.first_ts
    last = update.ts if watch.last_ts is None else watch.last_ts
    since = max([update.ts - SIDE_S, first, *(ts for ts in others if ts < update.ts)])
    until = min([update.ts + SIDE_S, last, *(ts for ts in others if ts > update.ts)])
    return (
        Side(since, update.ts, watched_s(watch, since, update.ts)),
        Side(update.ts, until, watched_s(watch, update.ts, until)),
    )


def comparison(
    update: Update,
    around: tuple[Side, Side],
    parties: Sequence[PartyRecord],
    sums: Sequence[Sum],
    changes: Sequence[Change],
) -> Comparison:
    """Return the table of one update; `sums` are over the hours of both sides (`hours`)."""
    before, after = around
    left, right = _rates(sums, 0, before), _rates(sums, 1, after)
    mine = [change for change in changes if change.update is not None and abs(change.update - update.ts) < 1]
    rows = [
        Row(
            party,
            left.get(party.domain, Rate(0.0, 0.0)),
            right.get(party.domain, Rate(0.0, 0.0)),
            [change for change in mine if change.domain == party.domain],
        )
        for party in parties
        if party.domain in left or party.domain in right
    ]
    rows.sort(key=lambda row: (not row.changes, -row.after.bytes_per_day, row.party.domain))
    steady = any(change.kind == "nothing_changed" for change in mine)
    return Comparison(update, before, after, rows, steady)


def hours(side: Side) -> Span:
    """Return the hours of a side: one belongs to the side that holds its middle, so none is counted twice."""
    return math.ceil(side.since / HOUR_S - 0.5), math.ceil(side.until / HOUR_S - 0.5)


def _rates(sums: Sequence[Sum], span: int, side: Side) -> dict[str, Rate]:
    days = max(side.watched_s, SHORTEST_S) / DAY_S
    return {row.domain: Rate(row.contacts / days, row.bytes_up / days) for row in sums if row.span == span}
