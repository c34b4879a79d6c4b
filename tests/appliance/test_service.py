"""What a service stores at once, what it stores now and then, and what a sensor's end leaves unseen."""

import pytest

from appliance.devices.family import FORGET, Word
from appliance.home import Home
from appliance.lookup.knowledge import load_knowledge
from appliance.service import SUMS_S, Service
from appliance.store.family_words import WordBook
from appliance.store.reader import Reader
from appliance.store.writer import Writer
from sensor.records import FlowRecord, Loss, SensorStats
from tests.household.generate import generate

STATS = SensorStats(
    100.0, 50.0, ("br0",), (), 0, 0, 0, 0, (), 0, 0, 0, (), 0, 0, 0, 0, 0.0, 0, 0.0, 0.0
)  # fmt: skip


class Sensor:
    """A source that is told nothing."""

    position = ("run", 1)

    def stored(self):
        pass


@pytest.fixture(scope="module")
def knowledge():
    return load_knowledge()


@pytest.fixture(scope="module")
def records():
    return generate(seed=3, days=2)


@pytest.fixture
def writer(tmp_path):
    opened = Writer(tmp_path / "home.db")
    yield opened
    opened.close()


def sightings(path):
    with Reader(path) as reader:
        return {one.device: reader.sightings(one.device, 0, 2**40) for one in reader.devices()}


def taken_until(service, records, ts):
    """Take the records of before a time, and return the others."""
    number = next(n for n, record in enumerate(records) if record.ts >= ts)
    service.take(records[:number])
    return records[number:]


def test_flows_are_stored_with_every_commit_and_sums_now_and_then(writer, knowledge, records):
    service = Service(Home(knowledge), writer, source=Sensor())
    rest = taken_until(service, records, records[0].ts + 6 * 3600)
    service.commit()
    before = sightings(writer.path)
    rest = taken_until(service, rest, rest[0].ts + SUMS_S / 2)
    service.commit()
    assert sightings(writer.path) == before
    (flows,) = writer._db.execute("SELECT count(*) FROM flow").fetchone()
    assert flows == sum(isinstance(one, FlowRecord) for one in records[: len(records) - len(rest)])
    taken_until(service, rest, rest[0].ts + SUMS_S)
    service.commit()
    assert sightings(writer.path) != before


def test_sums_that_were_not_stored_are_found_again_after_a_kill(tmp_path, knowledge, records):
    def run(path, cuts):
        rest = records
        for cut in (*cuts, None):
            writer = Writer(path)
            service = Service(Home(knowledge), writer, source=Sensor())
            rest = taken_until(service, rest, records[0].ts + cut) if cut else service.take(rest)
            service.commit() if cut else service.finish()
            service.commit()  # has nothing left to sum
            writer.close()
        return sightings(path)

    assert run(tmp_path / "cut.db", (9 * 3600, 9 * 3600 + 250, 9 * 3600 + 500)) == run(tmp_path / "a.db", ())


def test_sums_stored_after_the_last_state_are_not_counted_twice(tmp_path, knowledge, records):
    def run(path, commits):
        writer, rest = Writer(path), records
        service = Service(Home(knowledge), writer, source=Sensor())
        for at in commits:
            rest = taken_until(service, rest, records[0].ts + at)
            service.commit()
        stated = writer.meta("checkpoint")["last_ts"]
        writer.close()  # as after a kill
        writer = Writer(path)
        service = Service(Home(knowledge), writer, source=Sensor())
        service.take(rest)
        service.finish()
        writer.close()
        with Reader(path) as reader:
            return stated, sightings(path), reader.parties(), reader.devices()

    hour = 9 * 3600
    cut = run(tmp_path / "cut.db", (hour, hour + SUMS_S + 100, hour + 2 * SUMS_S + 200))
    assert cut == run(tmp_path / "a.db", (hour,))  # the last state is the same: what came after was summed


def test_news_a_new_device_and_a_word_of_the_family_press(writer, knowledge, records):
    service = Service(Home(knowledge), writer, source=Sensor())
    service.take(records[:200])
    assert service.pressing  # devices that the store does not know
    service.commit()
    assert not service.pressing
    with WordBook(writer.path) as book:
        book.say([Word(0, 1.0, FORGET, "d-00000000", "", None)])
    assert service.pressing
    service.commit()
    assert not service.pressing


def test_the_time_between_two_lives_of_the_sensor_was_not_watched(writer, knowledge):
    service = Service(Home(knowledge), writer, source=Sensor())
    service.take([STATS, STATS._replace(ts=160.0)])
    service.commit()
    service = Service(Home(knowledge), writer, source=Sensor())  # as after a power cut
    service.take([STATS._replace(ts=305.0, started=300.0), STATS._replace(ts=310.0, started=300.0)])
    service.commit()
    with Reader(writer.path) as reader:
        assert reader.watch().losses == [Loss(160.0, 300.0, "gap", 0, "the sensor was not running")]


def test_a_clock_that_went_back_makes_no_gap(writer, knowledge):
    service = Service(Home(knowledge), writer, source=Sensor())
    service.take([STATS, STATS._replace(ts=70.0, started=60.0)])
    service.commit()
    with Reader(writer.path) as reader:
        assert not reader.watch().losses
