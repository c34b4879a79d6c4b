"""The report of an update, before and after."""

import json

import pytest

from appliance.alerts.report import Facts, report, tell
from appliance.alerts.words import LANGUAGES
from appliance.behaviour.facts import Sighting, Update
from sensor.records import Loss
from tests.appliance.alerts.made import BEAR, TS, change

DAY = 86_400.0
UPDATE = Update(TS, BEAR.device, "updated", ("a cue",), "1.2", "1.3")
HOUR = int(TS // 3_600)
SIGHTINGS = [
    Sighting(BEAR.device, "toy.example", HOUR + 24 * day + 1, 10, 12, 5_000, 9_000) for day in range(-10, 5)
] + [Sighting(BEAR.device, "tracker.example", HOUR + 24 * day + 2, 3, 3, 900, 90) for day in range(5)]
SPAN = (TS - 10 * DAY, TS + 5 * DAY)
NEW = change("new_party", update=TS)
STEADY = change("nothing_changed", update=TS)._replace(ts=TS)


def test_new_parties_come_first_with_their_numbers():
    told = report(UPDATE, Facts([UPDATE], [NEW, change("bigger")], SIGHTINGS, SPAN))
    assert told.verdict == "changed"
    assert [(row.domain, row.contacts_before, row.contacts_after) for row in told.rows] == [
        ("tracker.example", 0.0, 3.0),
        ("toy.example", 10.0, 10.0),
    ]
    assert told.rows[0].kinds == ("new_party",)
    assert json.loads(json.dumps(told.to_json()))["changes"] == [NEW.id]
    assert "New: Tracker." in tell(told, "Bear", "3 May")


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ([STEADY], "nothing changed"),
        ([], "too early"),
        ([NEW._replace(certainty="seen")], "too early"),
        ([NEW], "changed"),
    ],
)
def test_the_verdict_claims_no_more_than_is_known(changes, verdict):
    assert report(UPDATE, Facts([UPDATE], changes, SIGHTINGS, SPAN)).verdict == verdict


def test_a_side_ends_at_the_next_update_and_losses_are_not_watched():
    later = UPDATE._replace(ts=TS + 2 * DAY)
    restart = UPDATE._replace(ts=TS + DAY, certainty="restarted")
    losses = [Loss(TS + DAY, TS + 1.5 * DAY, "gap", 0, ""), Loss(TS + DAY, TS + 1.2 * DAY, "gap", 0, "")]
    told = report(UPDATE, Facts([UPDATE, later, restart], [NEW], SIGHTINGS, SPAN, losses))
    assert (told.watched_before_s, told.watched_after_s) == (10 * DAY, 1.5 * DAY)


def test_a_short_side_gives_no_rates():
    told = report(UPDATE, Facts([UPDATE], [NEW], SIGHTINGS, (SPAN[0], TS + 0.2 * DAY)))
    assert all(row.contacts_after is None for row in told.rows)
    assert "too short" in tell(told, "Bear", "3 May")


def test_a_country_outside_the_agreed_ones_is_named():
    told = report(UPDATE, Facts([UPDATE], [change("new_country", update=TS)], SIGHTINGS, SPAN))
    assert told.left_agreed == ("CN",)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_fills_every_gap(language):
    every = [change(kind, update=TS) for kind in ("new_party", "gone_party", "bigger", "new_port")]
    for changes in ([], [STEADY], every):
        text = tell(report(UPDATE, Facts([UPDATE], changes, SIGHTINGS, SPAN)), "Bear", "3.5.", language)
        assert "{" not in text and "None" not in text and "  " not in text
