"""The drawing stays inside its frame, whatever it is given."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from appliance.behaviour.facts import Update
from tests.web.household import BEGIN, DOLL, DOLL_UPDATE, NEW_PARTY, NOW, ZONE, household
from web.daily import DaySent, day_sent, day_spans
from web.language import DAY_S, HOUR_S, Language
from web.standing import outside
from web.timeline import LABEL_SHARE, MAX_LANES, Marked, Timeline, happenings, timeline

HERE = Language("en", ZONE)
HOME = household()


def drawn(since: float, until: float, met: list[DaySent]) -> Timeline:
    marked = Marked(HOME.updates(DOLL), HOME.changes(DOLL))
    return timeline(outside(HOME.parties(DOLL)), met, marked, (since, until))


def test_the_new_party_is_marked_after_the_update() -> None:
    spans = day_spans(HERE, NOW, 30)
    found = drawn(NOW - 30 * DAY_S, NOW, day_sent(spans, HOME.sums(spans, DOLL)))
    (line,) = [line for line in found.lines if line.update.ts == DOLL_UPDATE]
    (mark,) = [mark for mark in found.marks if mark.change.ts == NEW_PARTY]
    assert line.x < mark.x < 100
    lane = next(lane for lane in found.lanes if lane.party.domain == "adreach.example")
    assert lane.y < mark.y < lane.y + 40
    assert lane.bars[0].x >= line.x


@given(
    st.floats(BEGIN, NOW),
    st.floats(BEGIN, NOW),
    st.lists(
        st.tuples(st.sampled_from(["dolls.example", "adreach.example", "?"]), st.integers(480_000, 510_000)),
        max_size=40,
    ),
)
def test_everything_lies_within_the_frame(since: float, until: float, met: list[tuple[str, int]]) -> None:
    days = [DaySent(domain, hour * HOUR_S, hour % 977) for domain, hour in met]
    found = drawn(min(since, until), max(since, until), days)
    places = (
        [mark.x for mark in found.marks] + [line.x for line in found.lines] + [tick.x for tick in found.ticks]
    )
    assert all(0 <= x <= 100 for x in places)
    assert all(bar.x >= 0 and bar.x + bar.width <= 100.02 for lane in found.lanes for bar in lane.bars)
    assert len(found.lanes) <= MAX_LANES


def test_more_companies_than_lanes_are_counted() -> None:
    party = outside(HOME.parties(DOLL))[0]
    parties = [party._replace(domain=f"{n}.example") for n in range(MAX_LANES + 3)]
    met = [DaySent(item.domain, NOW - 5 * HOUR_S, 9) for item in parties]
    found = timeline(parties, met, Marked([], []), (NOW - DAY_S, NOW))
    assert (len(found.lanes), found.hidden) == (MAX_LANES, 3)


def test_happenings_are_newest_first() -> None:
    found = happenings(HOME.updates(DOLL), HOME.changes(DOLL))
    assert [item.ts for item in found] == sorted((item.ts for item in found), reverse=True)


@given(st.lists(st.floats(BEGIN, NOW), max_size=12))
def test_labels_of_updates_do_not_overlap(moments: list[float]) -> None:
    """The latest update is always named; an earlier one where there is room on a phone."""
    updates = [Update(ts, DOLL, "updated", (), None, None) for ts in moments]
    found = timeline([], [], Marked(updates, []), (BEGIN, NOW)).lines
    assert len(found) == len(updates)
    shift = {"start": 0.0, "middle": LABEL_SHARE / 2, "end": LABEL_SHARE}
    begins = [line.x - shift[line.anchor] for line in found if line.labelled]
    assert all(later - earlier >= LABEL_SHARE - 0.01 for earlier, later in itertools.pairwise(begins))
    assert not found or found[-1].labelled
