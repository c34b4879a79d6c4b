"""The family's answers: kept, in force once, over when they are over, and taken back."""

import pytest

from appliance.store.answers import AnswerError, Answers
from appliance.store.book import Book
from appliance.store.writer import Writer
from tests.appliance import samples

TS = 1_790_000_000.0
DAY_S = 86_400


@pytest.fixture
def answers(tmp_path):
    writer = Writer(tmp_path / "home.db")
    for fact in samples.FACTS:
        writer.add(fact)
    writer.commit(last_ts=samples.TS)
    yield Answers(Book(writer.path))
    writer.close()


def move(answers, ts, *facts):
    """Let the home go on to a time."""
    writer = Writer(answers.book.path)
    for fact in facts:
        writer.add(fact)
    writer.commit(last_ts=ts)
    writer.close()


def test_an_answer_to_an_alert_names_its_device_and_party(answers):
    said = answers.expected(samples.ALERT.identifier, TS)
    assert (said.act, said.device, said.party) == ("expected", samples.DOLL, samples.ALERT.domain)
    assert answers.all() == answers.standing() == [said]
    assert answers.of_alert(samples.ALERT.identifier) == said
    assert answers.shadow().expected == 1


def test_an_alert_has_one_answer_and_the_latest_stands(answers):
    answers.expected(samples.ALERT.identifier, TS)
    useful = answers.useful(samples.ALERT.identifier, TS + 1)
    assert answers.standing() == [useful]
    assert (answers.shadow().useful, answers.shadow().answered) == (1, 1)


def test_the_same_said_twice_is_one(answers):
    assert answers.mute(TS, device=samples.DOLL) == answers.mute(TS + 5, device=samples.DOLL)
    assert len(answers.all()) == 1


def test_a_mute_for_days_ends_and_a_snooze_ends_with_an_update(answers):
    mute = answers.mute(TS, device=samples.DOLL, days=2)
    snooze = answers.snooze(TS, samples.DOLL, party="voice.example")
    assert answers.standing() == [mute, snooze]
    move(answers, samples.TS + DAY_S, samples.UPDATE._replace(ts=samples.TS + 9, certainty="restarted"))
    assert answers.standing() == [mute, snooze]
    move(answers, samples.TS + 2 * DAY_S, samples.UPDATE._replace(ts=samples.TS + 10))
    assert answers.standing() == []


def test_undo_takes_back_the_last_or_the_one_that_is_named(answers):
    device = answers.mute(TS, device=samples.DOLL)
    kind = answers.mute(TS, kind="bigger")
    assert answers.undo(TS + 1) == kind
    assert answers.standing() == [device]
    assert answers.undo(TS + 2, device.id) == device
    assert answers.standing() == []


@pytest.mark.parametrize(
    ("name", "ask", "says"),
    [
        ("an alert there is not", lambda it: it.useful("a-nothing", TS), "a-nothing"),
        ("a mute of nothing", lambda it: it.mute(TS), "what to mute"),
        ("nothing to take back", lambda it: it.undo(TS), "nothing to take back"),
        ("a number nobody said", lambda it: it.undo(TS, 7), "no answer 7"),
    ],
)
def test_what_cannot_be_says_so(answers, name, ask, says):
    with pytest.raises(AnswerError, match=says):
        ask(answers)
    assert answers.all() == []
