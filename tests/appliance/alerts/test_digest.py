"""The week in one page."""

import pytest

from appliance.alerts.digest import WEEK_S, digest, of_week
from appliance.alerts.judge import judge
from appliance.alerts.words import LANGUAGES
from tests.appliance.alerts.made import BEAR, TS, change


def alerts(language: str):
    facts = [change("new_party"), change("gone_party"), change("smaller")]
    return facts, [judge(fact, BEAR, language) for fact in facts]


def test_loud_first_and_quiet_counted():
    facts, told = alerts("en")
    facts = [fact._replace(id=f"c-{number}") for number, fact in enumerate(facts)]
    told = [alert._replace(evidence=(f"change:c-{number}",)) for number, alert in enumerate(told)]
    text = digest(told, facts)
    assert text.index("Told at once:") < text.index("new company, Tracker") < text.index("Worth knowing:")
    assert text.index("Worth knowing:") < text.index("no longer sends data")
    assert text.endswith("We also noted 1 change without need to act.\n")
    assert "less data" not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_fills_every_gap(language):
    facts, told = alerts(language)
    for text in (digest(told, facts, language), digest([], [], language)):
        assert "{" not in text and "None" not in text and text.endswith("\n")


def test_a_name_with_a_full_stop_ends_a_sentence_once():
    fact = change("new_party")._replace(organisation="Loop Pte. Ltd.")
    text = digest([judge(fact, BEAR)], [fact])
    assert "Loop Pte. Ltd. Bear" in text and "Ltd.." not in text


def test_a_week_is_seven_days():
    _, told = alerts("en")
    assert of_week(told, TS + 1) == told
    assert of_week(told, TS) == of_week(told, TS + WEEK_S + 1) == []
