"""What a family answered, counted."""

import pytest

from appliance.alerts.shadow import Answer, sentence, shadow
from appliance.alerts.words import LANGUAGES


def answer(number: int, word: str, ts: float = 1.0, kind: str = "new_party") -> Answer:
    return Answer(f"a-{number}", kind, ts, word)


def test_the_latest_answer_to_an_alert_counts():
    counts = shadow([answer(1, "wrong", 5.0), answer(1, "useful", 9.0), answer(2, "expected")])
    assert (counts.answered, counts.useful, counts.expected, counts.wrong) == (2, 1, 1, 0)
    assert counts.false_share == 0.5
    assert 0 < counts.low < 0.5 < counts.high < 1


def test_one_kind_alone_and_words_nobody_knows():
    answers = [answer(1, "wrong"), answer(2, "useful", kind="bigger"), answer(3, "nonsense")]
    assert shadow(answers, "bigger").answered == 1
    assert shadow(answers).answered == 2
    assert shadow([]).high == 1.0


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_can_be_said(language):
    assert "{" not in sentence(shadow([]), language)
    assert "1" in sentence(shadow([answer(1, "useful")]), language)
