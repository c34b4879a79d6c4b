"""Recordings: begun when a parent asks, written as the sensor sends them, ended in time, deleted for good."""

import struct
import threading
import time

import pytest

from appliance.backup import erase
from appliance.cli import main
from appliance.ingest import SensorLink
from appliance.recorder import HEAD, TURN_S, Recorder
from appliance.store import recordings as limits
from appliance.store.book import Book
from appliance.store.database import StoreError
from appliance.store.recordings import KEPT_S, MOST_MINUTES, RecordingError, Recordings, file_of
from appliance.store.writer import Writer
from sensor.publish import Publisher
from sensor.records import Loss
from tests.appliance import samples

NOW = 1_790_000_000.0
MACS = samples.DEVICE.macs
FRAME = struct.pack("=IIII", 1, 2, 3, 3) + b"abc"


class Link:
    """A sensor that notes what it is asked for."""

    def __init__(self):
        self.greetings, self.on_frames, self.asked, self.there = 1, None, [], True

    def record(self, macs, until):
        if self.there:
            self.asked.append((tuple(macs), until))
        return self.there


@pytest.fixture
def store(tmp_path):
    path = tmp_path / "home.db"
    writer = Writer(path)
    writer.add(samples.DEVICE)
    writer.commit(origin="live")
    writer.close()
    return path


@pytest.fixture
def link():
    return Link()


@pytest.fixture
def recorder(store, link):
    made = Recorder(link, store, lambda device: MACS if device == samples.DOLL else ())
    yield made
    made.close(NOW + 10_000)


@pytest.fixture
def recordings(store):
    book = Book(store)
    yield Recordings(book)
    book.close()


def test_it_lasts_as_long_as_was_asked_and_is_a_pcap_file(store, recorder, link, recordings):
    recorder.take(0, FRAME)  # nobody asked
    begun = recordings.begin(NOW, samples.DOLL, 2)
    recorder.turn(NOW)
    assert link.asked == [(MACS, NOW + 120)]
    link.on_frames(0, FRAME)
    link.on_frames(3, FRAME)
    recorder.turn(NOW + 119)
    assert len(link.asked) == 1
    recorder.turn(NOW + 120)
    assert link.asked[1][0] == ()
    assert file_of(store, begun.id).read_bytes() == HEAD + 2 * FRAME
    (ended,) = recordings.all()
    assert (ended.ended, ended.size_bytes, ended.dropped) == (NOW + 120, len(HEAD + 2 * FRAME), 3)


def test_it_is_stopped_and_there_is_one_at_a_time(recorder, link, recordings):
    begun = recordings.begin(NOW, samples.DOLL, 5)
    with pytest.raises(RecordingError, match="stop it first"):
        recordings.begin(NOW + 1, samples.DOLL, 5)
    recorder.turn(NOW)
    recordings.end(begun.id, NOW + 10)
    recorder.turn(NOW + 10)
    assert [macs for macs, _ in link.asked] == [MACS, ()]


@pytest.mark.parametrize("minutes", [0, -1, MOST_MINUTES + 1])
def test_minutes_are_bounded(recordings, minutes):
    with pytest.raises(RecordingError, match="minutes"):
        recordings.begin(NOW, samples.DOLL, minutes)


def test_a_sensor_or_service_that_was_away_is_told_again(store, recorder, link, recordings):
    begun = recordings.begin(NOW, samples.DOLL, 5)
    link.there = False
    recorder.turn(NOW)
    link.there = True
    recorder.turn(NOW + TURN_S)
    link.greetings += 1
    recorder.turn(NOW + 2 * TURN_S)
    assert [macs for macs, _ in link.asked] == [MACS, MACS]
    link.on_frames(0, FRAME)
    recorder._file.close()  # a kill; what follows is another life of the service
    again = Recorder(link, store, lambda device: MACS)
    again.turn(NOW + 20)
    link.on_frames(0, FRAME)
    again.close(NOW + 21)
    assert file_of(store, begun.id).read_bytes() == HEAD + 2 * FRAME


def test_a_recording_that_is_full_or_of_nobody_ends(recorder, link, recordings, monkeypatch):
    monkeypatch.setattr("appliance.recorder.MOST_BYTES", 60)
    recordings.begin(NOW, samples.DOLL, 5)
    recorder.turn(NOW)
    for _ in range(9):
        link.on_frames(0, FRAME)
    recorder.turn(NOW + 5)
    assert recordings.all()[0].ended == NOW + 5
    assert recordings.all()[0].size_bytes < 60 + len(FRAME)
    recordings.begin(NOW + 10, "d-unknown", 5)
    recorder.turn(NOW + 10)
    assert recordings.all()[1].ended == NOW + 10


def test_what_is_deleted_forgotten_or_old_is_gone(store, recorder, link, recordings):
    begun = recordings.begin(NOW, samples.DOLL, 1)
    recorder.turn(NOW)
    recorder.turn(NOW + 60)
    file = file_of(store, begun.id)
    assert file.exists()
    writer = Writer(store)
    writer.erase(samples.DOLL)
    writer.commit()
    writer.close()
    recordings.sweep(NOW + 70)
    assert not file.exists()
    old = recordings.begin(NOW + 100, samples.DOLL, 1)
    recorder.turn(NOW + 100)
    recorder.turn(NOW + 200)
    recordings.sweep(NOW + 100 + KEPT_S)
    assert not file_of(store, old.id).exists()
    assert recordings.all() == []


def test_an_erased_home_has_no_recordings(store, recorder, recordings):
    recordings.begin(NOW, samples.DOLL, 1)
    recorder.turn(NOW)
    erase(store)
    assert not limits.folder_of_recordings(store).exists()


def test_the_command_asks_before_it_records(store, capsys, tmp_path):
    def say(*words):
        code = main(["record", *words, "--store", str(store)])
        return code, capsys.readouterr()

    code, said = say("start", samples.DOLL)
    assert code == 1 and "with what is in them" in said.err and "--yes" in said.err
    assert "No recording is kept" in say("list")[1].out
    assert say("start", samples.DOLL, "--minutes", "2", "--yes")[0] == 0
    assert "under way" in say("list")[1].out
    assert say("stop")[0] == 0
    assert say("stop")[0] == 1
    limits.folder_of_recordings(store).mkdir()
    file_of(store, 1).write_bytes(HEAD + FRAME)
    assert say("save", "1", str(tmp_path / "out.pcap"))[0] == 0
    assert (tmp_path / "out.pcap").read_bytes() == HEAD + FRAME
    assert say("delete", "1")[0] == 0
    assert not file_of(store, 1).exists()


def test_packets_cross_the_socket_beside_the_records(tmp_path):
    """From the sensor's publisher to the appliance's link: asked for, sent, not numbered, ended with it."""
    publisher = Publisher(tmp_path / "s")
    link, got, records, over = SensorLink(tmp_path / "s"), [], [], threading.Event()
    link.on_frames = lambda dropped, frames: got.append((dropped, frames))

    def take():
        for record in link.records(over.is_set):
            if record is not None:
                records.append(record)

    thread = threading.Thread(target=take, daemon=True)
    thread.start()

    def until(true):
        deadline = time.monotonic() + 10
        while not true():
            assert time.monotonic() < deadline, "waited in vain"
            publisher.pump()
            time.sleep(0.01)

    until(lambda: link.greetings)
    assert link.record(("02:00:00:00:00:01",), NOW)
    until(lambda: publisher.wish)
    assert publisher.wish == ((bytes.fromhex("020000000001"),), NOW)
    loss = Loss(1.0, 2.0, "gap", 0, "")
    publisher.offer(loss)
    assert publisher.offer_frames(7, FRAME)
    publisher.offer(loss)
    until(lambda: got and len(records) == 2)
    assert (got, records) == ([(7, FRAME)], [loss, loss])
    assert link.record((), NOW)
    until(lambda: publisher.wish is None)
    assert not publisher.offer_frames(0, bytes(3_000_000))
    over.set()
    thread.join()
    publisher.close()


def test_a_store_that_refuses_at_the_end_does_not_hide_why_it_ended(recorder, link, store, monkeypatch):
    Recordings(Book(store)).begin(NOW, samples.DOLL, 5)
    recorder.turn(NOW + TURN_S)

    def refuse(*_):
        raise StoreError("the disk is gone")

    monkeypatch.setattr(Recordings, "end", refuse)
    recorder.close(NOW + 2)
    assert link.asked[-1][0] == ()  # the sensor was told to stop
