"""The family's answers at work: judged by from then on, through restarts, and no longer when taken back."""

import pytest

from appliance.home import Home
from appliance.lookup.knowledge import load_knowledge
from appliance.service import Service
from appliance.store.answers import Answers
from appliance.store.book import Book
from appliance.store.reader import Reader
from appliance.store.writer import Writer
from tests.household.generate import generate

WALL = 1_790_000_000.0
STEPS = 6


@pytest.fixture(scope="module")
def knowledge():
    return load_knowledge()


@pytest.fixture(scope="module")
def parts():
    """Twelve days of a home in pieces, with a commit behind each."""
    records = generate(seed=3, days=12)
    size = len(records) // STEPS + 1
    return [records[start : start + size] for start in range(0, len(records), size)]


def run(path, knowledge, parts, says, restarts=(), checkpoints=()):
    """Take the parts in; `says` maps a part to what the family says behind it; then come `restarts`."""
    writer = Writer(path)
    service = Service(Home(knowledge), writer)
    book = Book(path)
    for number, part in enumerate(parts):
        service.take(part)
        service.commit()
        if number in checkpoints:
            service.checkpoint()
        if number in says:
            says[number](Answers(book))
            service.commit()
        if number in restarts:
            writer.close()
            writer = Writer(path)
            service = Service(Home(knowledge), writer)
    service.finish()
    writer.close()
    book.close()
    with Reader(path) as reader:
        return reader.alerts(limit=10_000), reader.changes(limit=10_000)


def pushed(alerts):
    return [alert for alert in alerts if alert.volume == "push"]


BEFORE = {1: lambda answers: answers.mute(WALL, kind="new_party"), 4: lambda answers: answers.undo(WALL)}
BEHIND = {3: lambda answers: answers.mute(WALL, kind="new_party")}
"""Said before and behind the part in which this home's only push comes."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory, knowledge, parts):
    folder = tmp_path_factory.mktemp("whole")
    return [run(folder / f"{n}.db", knowledge, parts, says) for n, says in enumerate(({}, BEFORE, BEHIND))]


def test_what_is_muted_is_only_logged_and_the_facts_stay(whole):
    (free, facts), (before, same), (behind, too) = whole
    assert facts == same == too
    assert [alert.kind for alert in pushed(free)] == ["new_party"]
    assert pushed(behind) == pushed(free), "what was told stays told"
    assert pushed(before) == []
    assert [alert.identifier for alert in before] == [alert.identifier for alert in free]


@pytest.mark.parametrize(
    ("says", "restarts", "checkpoints"),
    [(1, (0, 1, 2, 3, 4), (0,)), (1, (3,), ()), (1, (3,), (1,)), (2, (3,), ()), (2, (4,), (2,))],
)
def test_a_restart_between_answers_changes_nothing(
    tmp_path, knowledge, parts, whole, says, restarts, checkpoints
):
    said = (BEFORE, BEHIND)[says - 1]
    assert run(tmp_path / "again.db", knowledge, parts, said, restarts, checkpoints) == whole[says]


def test_what_is_said_while_nothing_runs_is_heard_at_the_start(tmp_path, knowledge, parts):
    run(tmp_path / "home.db", knowledge, parts[:1], {})
    book = Book(tmp_path / "home.db")
    Answers(book).mute(WALL, kind="new_party")
    book.close()
    writer = Writer(tmp_path / "home.db")
    home = Home(knowledge)
    Service(home, writer)
    writer.close()
    assert [one.kind for one in home.judge.policy.mutes] == ["new_party"]
