"""The drawing of a device's time: a lane per company, a line per update, a mark per change.

Positions are percentages of the width and heights are pixels, so the text keeps its size on a phone.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import Final, NamedTuple

from appliance.behaviour.facts import Change, Update
from appliance.parties.party import PartyRecord
from web.daily import DaySent, Levels
from web.language import DAY_S

MAX_DAYS: Final = 63
"""Days drawn: nine weeks are still wide enough to point at on a phone."""

MAX_LANES: Final = 14
"""Companies drawn; the list beneath has them all."""

TOP_PX: Final = 34
LANE_PX: Final = 40
AXIS_PX: Final = 22
NAME_CHARACTERS: Final = 34

LABEL_SHARE: Final = 48.0
"""Per cent of a phone's width that the label of an update takes in the longest of our languages."""


class Bar(NamedTuple):
    """A stretch of days with the same shade."""

    x: float  # per cent
    width: float
    level: int


class Mark(NamedTuple):
    """A change on its company's lane, or across all lanes."""

    x: float
    y: float  # pixels
    change: Change


class Line(NamedTuple):
    """An update across all lanes."""

    x: float
    anchor: str  # of its label: "start", "middle", "end"
    update: Update
    labelled: bool  # False where a later update's label leaves no room


class Tick(NamedTuple):
    x: float
    anchor: str
    ts: float


class Lane(NamedTuple):
    party: PartyRecord
    y: float  # pixels, of the lane's top
    bars: list[Bar]

    @property
    def shades(self) -> list[tuple[int, str]]:
        """Return (shade, outline of all its bars) in a box of 100 by 1: four shapes instead of sixty."""
        outlines: dict[int, list[str]] = defaultdict(list)
        for bar in self.bars:
            outlines[bar.level].append(f"M{bar.x} 0h{bar.width}v1h-{bar.width}z")
        return [(level, "".join(found)) for level, found in sorted(outlines.items())]


class Timeline(NamedTuple):
    since: float
    until: float
    height: float
    lanes: list[Lane]
    hidden: int  # companies without a lane
    lines: list[Line]
    marks: list[Mark]
    ticks: list[Tick]


class Marked(NamedTuple):
    """What is marked in the drawing."""

    updates: Sequence[Update]
    changes: Sequence[Change]


class Happening(NamedTuple):
    """A line of the list beneath the drawing: an update or a change, at `ts`."""

    ts: float
    update: Update | None
    change: Change | None


def happenings(updates: Sequence[Update], changes: Sequence[Change]) -> list[Happening]:
    """Return updates and changes in one list, newest first."""
    found = [Happening(update.ts, update, None) for update in updates]
    found += [Happening(change.ts, None, change) for change in changes]
    return sorted(found, key=lambda happening: -happening.ts)


def timeline(
    parties: Sequence[PartyRecord],
    met: Sequence[DaySent],
    marked: Marked,
    span: tuple[float, float],
) -> Timeline:
    """Return the drawing of a span of time; lanes in the order of `parties` that met the device then."""
    since, until = span
    scale = _Scale(since, until)
    days = _by_party(met)
    levels = {domain: Levels([sent for _, sent in of_party]) for domain, of_party in days.items()}
    drawn = [party for party in parties if party.domain in days]
    lanes = [
        Lane(party, TOP_PX + n * LANE_PX, _bars(scale, days[party.domain], levels[party.domain]))
        for n, party in enumerate(drawn[:MAX_LANES])
    ]
    tops = {lane.party.domain: lane.y for lane in lanes}
    return Timeline(
        since,
        until,
        TOP_PX + len(lanes) * LANE_PX + AXIS_PX,
        lanes,
        len(drawn) - len(lanes),
        _lines(scale, [update for update in marked.updates if scale.holds(update.ts)]),
        [
            Mark(scale.x(change.ts), tops[change.domain] + 27, change)
            for change in marked.changes
            if change.domain in tops and scale.holds(change.ts)
        ],
        [Tick(scale.x(ts), scale.anchor(ts), ts) for ts in _ticks(since, until)],
    )


def _lines(scale: _Scale, updates: Sequence[Update]) -> list[Line]:
    """Return the lines of updates in order of time; from the latest back, each that has room is labelled."""
    found: list[Line] = []
    free_until = math.inf
    for update in sorted(updates, key=lambda update: -update.ts):
        x, anchor = scale.x(update.ts), scale.anchor(update.ts)
        left = x - LABEL_SHARE * {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor]
        labelled = update.certainty != "restarted" and left + LABEL_SHARE <= free_until
        if labelled:
            free_until = left
        found.append(Line(x, anchor, update, labelled))
    return found[::-1]


class _Scale:
    def __init__(self, since: float, until: float) -> None:
        self._since = since
        self._span = max(until - since, 1.0)

    def holds(self, ts: float) -> bool:
        return 0 <= ts - self._since <= self._span

    def x(self, ts: float) -> float:
        return round(100 * min(max((ts - self._since) / self._span, 0.0), 1.0), 2)

    def anchor(self, ts: float) -> str:
        """Return how a label at `ts` is set so that it does not leave the drawing."""
        x = self.x(ts)
        return "start" if x < 18 else "end" if x > 82 else "middle"


def _by_party(met: Sequence[DaySent]) -> dict[str, list[tuple[float, int]]]:
    """Return for each domain (start of a local day as ts, bytes sent on it), in order."""
    found: dict[str, list[tuple[float, int]]] = defaultdict(list)
    for day in sorted(met, key=lambda day: day.ts):
        found[day.domain].append((day.ts, day.bytes_up))
    return found


def _bars(scale: _Scale, days: Sequence[tuple[float, int]], levels: Levels) -> list[Bar]:
    """Return the shaded days of one lane, neighbours of one shade joined."""
    bars: list[tuple[float, float, int]] = []
    for start, sent in days:
        level = max(1, levels.of(sent))
        end = start + DAY_S
        if bars and bars[-1][2] == level and start - bars[-1][1] < DAY_S / 8:
            bars[-1] = (bars[-1][0], end, level)
        else:
            bars.append((start, end, level))
    drawn = [
        Bar(scale.x(start), round(scale.x(end) - scale.x(start), 2), level) for start, end, level in bars
    ]
    return [bar for bar in drawn if bar.width > 0]


def _ticks(since: float, until: float) -> list[float]:
    """Return at most five moments for the axis, the ends among them."""
    steps = 4 if until - since > 8 * DAY_S else 2
    return [since + (until - since) * n / steps for n in range(steps + 1)]
