"""Sums by local day and hour, over the changes of the clocks too."""

from __future__ import annotations

import pytest

from appliance.behaviour.facts import Sighting
from tests.web.household import NOW, ZONE, at
from web.daily import Levels, by_hour, day_spans, midnight_hour, today, today_spans
from web.language import HOUR_S, Language

HERE = Language("en", ZONE)


def sent(ts: float, size: int, contacts: int = 1) -> Sighting:
    return Sighting("d-1", "toy.example", int(ts // HOUR_S), contacts, contacts, size, 0)


@pytest.mark.parametrize(
    ("day", "before", "begin"),
    [
        ("06-14", 0, "06-14"),
        ("06-14", 14, "05-31"),
        ("03-30", 2, "03-28"),
        ("10-26", 2, "10-24"),
        ("03-29", 0, "03-29"),
    ],
)
def test_midnight_over_the_change_of_the_clocks(day: str, before: int, begin: str) -> None:
    assert midnight_hour(HERE, at(day, "21:40"), before) * HOUR_S == at(begin, "00:00")


def test_midnight_in_a_zone_of_half_hours_is_the_first_hour_of_the_day() -> None:
    india = Language("en", "Asia/Kolkata")
    hour = midnight_hour(india, NOW)
    middle = india.local((hour + 0.5) * HOUR_S)
    assert (middle.day, middle.hour) == (india.local(NOW).day, 0)


def test_today_is_compared_with_the_same_time_of_other_days() -> None:
    spans = today_spans(HERE, NOW)
    assert [hour * HOUR_S for hour in spans[0]] == [at("06-14", "00:00"), at("06-14", "22:00")]
    assert [hour * HOUR_S for hour in spans[14]] == [at("05-31", "00:00"), at("05-31", "22:00")]
    found = today(HERE, [500, *(100 * day for day in range(13, 0, -1)), 0], at("06-01", "00:30"), NOW)
    assert (found.sent_bytes, found.usual_days) == (500, 12)
    assert found.usual_bytes == 750  # the median of 2 June to 13 June; 1 June is no whole day


def test_no_usual_day_before_there_was_a_whole_one() -> None:
    found = today(HERE, [0] * 15, at("06-14", "08:00"), NOW)
    assert found.usual_bytes is None
    assert found.scale_bytes == 1


def test_days_follow_each_other_over_the_change_of_the_clocks() -> None:
    spans = day_spans(HERE, at("03-30", "21:40"), 3)
    assert [until - since for since, until in spans] == [24, 23, 22]
    assert [until for _, until in spans[:-1]] == [since for since, _ in spans[1:]]


def test_hours_before_and_after_watching_are_not_silent_but_unwatched() -> None:
    rows = by_hour(
        HERE, [sent(at("06-14", "09:10"), 5), sent(at("06-14", "10:10"), 50)], at("06-13", "12:00"), NOW, 3
    )
    assert [sum(cell.watched for cell in row.cells) for row in rows] == [22, 12, 0]
    assert [rows[0].cells[hour].level for hour in (8, 9, 10)] == [0, 2, 4]
    assert [row.bytes_up for row in rows] == [55, 0, 0]


def test_levels_are_ranks() -> None:
    levels = Levels([1, 2, 3, 4_000_000, 0])
    assert [levels.of(value) for value in (0, 1, 2, 3, 4_000_000)] == [0, 1, 2, 3, 4]
    assert Levels([7]).of(7) == 4
    assert Levels([]).of(5) == 0
