"""The state of the home and of a device, counted from alerts."""

from __future__ import annotations

import pytest

from tests.web.household import BEGIN, BOX, CAMERA, DOLL, NOW, SPEAKER, TABLET, TV, at, household
from web.language import DAY_S
from web.reading import VisibleReader
from web.standing import count_roles, news, outside, state, twins

HOME = household()
DOOR = VisibleReader(HOME)


@pytest.mark.parametrize(
    ("device", "word"),
    [
        (CAMERA, "act"),
        (DOLL, "changed"),
        (TABLET, "learning"),
        (TV, "away"),
        (BOX, "quiet"),
        (SPEAKER, "quiet"),
    ],
)
def test_state_of_a_device(device: str, word: str) -> None:
    record = HOME.device(device)
    assert record is not None
    assert state(record, DOOR.told(device), HOME.findings(device), DOOR.learning(device), NOW) == word


def test_news_of_the_week() -> None:
    found = news(DOOR.told(), HOME.changes(since=NOW - 7 * DAY_S), BEGIN, NOW)
    assert [alert.device for alert in found.alerts] == [CAMERA, DOLL]
    assert (found.urgent, found.state) == (1, "act")
    assert [change.id for change in found.small] == ["c-000000000002", "c-000000000003"]
    assert found.quiet_since == at("05-20", "19:00")


def test_no_alert_ever_means_quiet_since_the_begin() -> None:
    found = news([], [], BEGIN, NOW)
    assert (found.state, found.quiet_since) == ("quiet", BEGIN)


def test_companies_are_counted_once_and_home_is_none() -> None:
    parties = HOME.parties(BOX)
    parties.append(parties[0]._replace(domain="192.168.77.1", organisation=None, outcome="local"))
    assert count_roles(parties) == {"support": 1, "first": 1}
    assert twins(outside(parties)) == {"Boxine"}
    assert [party.role for party in outside(parties)] == ["support", "first", "first"]


def test_a_weakness_stays_on_the_card_when_its_alert_is_old() -> None:
    record = HOME.device(CAMERA)
    assert record is not None
    assert state(record, [], HOME.findings(CAMERA), [], NOW) == "weak"
    assert state(record, [], HOME.findings(CAMERA), [], NOW + 8 * DAY_S) == "away"
