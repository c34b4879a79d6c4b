"""What a family answered, counted."""

import pytest

from appliance.alerts.answers import Answer
from appliance.alerts.shadow import sentence, shadow
from appliance.alerts.words import LANGUAGES


def answer(number: int, act: str, alert: int, kind: str = "new_party", undoes: int | None = None) -> Answer:
    return Answer(number, 1.0, act, f"a-{alert}", "d-00000001", "a.example", kind, 1.0, None, undoes)


def test_the_latest_answer_to_an_alert_counts():
    counts = shadow([answer(1, "wrong", 1), answer(2, "useful", 1), answer(3, "expected", 2)])
    assert (counts.answered, counts.useful, counts.expected, counts.wrong) == (2, 1, 1, 0)
    assert counts.false_share == 0.5
    assert 0 < counts.low < 0.5 < counts.high < 1


def test_one_kind_alone_what_was_taken_back_and_what_is_no_answer():
    said = [answer(1, "wrong", 1), answer(2, "useful", 2, "bigger"), answer(3, "mute", 3)]
    assert shadow(said, "bigger").answered == 1
    assert shadow(said).answered == 2
    assert shadow([*said, answer(4, "wrong", 1, undoes=1)]).answered == 1
    assert shadow([]).high == 1.0


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_can_be_said(language):
    assert "{" not in sentence(shadow([]), language)
    assert "1" in sentence(shadow([answer(1, "useful", 1)]), language)
