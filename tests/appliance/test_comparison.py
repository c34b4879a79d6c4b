"""Both sides of an update: their length, their numbers, and what the core says of them."""

from __future__ import annotations

import pytest

from appliance.behaviour.facts import Update
from appliance.comparison import Comparison, comparison, hours, sides
from appliance.store.reader import Watch
from appliance.store.rollups import Sum
from tests.web.household import BOX, BOX_UPDATE, DOLL, DOLL_UPDATE, household
from web.language import DAY_S, HOUR_S
from web.standing import outside


def update(ts: float, certainty: str = "updated") -> Update:
    return Update(ts, "d-1", certainty, (), None, None)


WATCH = Watch(0.0, 100 * DAY_S, 1, 1, 0, [], 0.0)


def test_sides_end_at_the_next_update_but_not_at_a_restart() -> None:
    updates = [update(40 * DAY_S), update(50 * DAY_S), update(52 * DAY_S, "restarted"), update(60 * DAY_S)]
    before, after = sides(updates[1], updates, WATCH)
    assert (before.watched_s, after.watched_s) == (10 * DAY_S, 10 * DAY_S)
    before, after = sides(updates[3], updates, WATCH)
    assert (before.watched_s, after.watched_s) == (10 * DAY_S, 28 * DAY_S)


def test_a_side_hardly_watched_gives_no_number() -> None:
    before, after = sides(update(HOUR_S), [], WATCH)
    assert (before.enough, after.enough) == (False, True)


def told(device: str, ts: float) -> Comparison:
    home = household()
    chosen = next(item for item in home.updates(device) if item.ts == ts)
    around = sides(chosen, home.updates(device), home.watch())
    sums = home.sums([hours(side) for side in around], device)
    return comparison(chosen, around, outside(home.parties(device)), sums, home.changes(device))


def test_a_new_party_stands_first_with_nothing_before() -> None:
    found = told(DOLL, DOLL_UPDATE)
    assert [row.party.domain for row in found.rows[:2]] == ["adreach.example", "203.0.113.77"]
    assert found.rows[0].before.contacts_per_day == 0 < found.rows[0].after.contacts_per_day
    assert (found.changed, found.steady) == (2, False)


def test_nothing_changed_is_a_result() -> None:
    found = told(BOX, BOX_UPDATE)
    assert (found.changed, found.steady) == (0, True)


def test_numbers_are_per_watched_day() -> None:
    rows = [Sum(1, DOLL, "dolls.example", 72, 72, 24 * 240, 0)]
    home = household()
    around = sides(home.updates(DOLL)[0], [], home.watch())
    found = comparison(home.updates(DOLL)[0], around, outside(home.parties(DOLL)), rows, [])
    days = around[1].watched_s / DAY_S
    assert found.rows[0].after.contacts_per_day == pytest.approx(72 / days)
    assert found.rows[0].after.bytes_per_day == pytest.approx(24 * 240 / days)
