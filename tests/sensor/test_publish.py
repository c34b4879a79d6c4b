"""Sensor to appliance over a real Unix socket: nothing lost that the queue can hold, the rest is counted."""

import itertools
import socket

import pytest

from appliance.ingest import socket_records
from sensor import publish
from sensor.publish import Publisher
from sensor.records import Loss, Weird


def record(n):
    return Weird(float(n), "test", None, None, None, f"number {n}")


@pytest.fixture
def publisher(tmp_path):
    publisher = Publisher(tmp_path / "sensor.sock")
    yield publisher
    publisher.close()


def take(publisher, count):
    """Return the next `count` records that the appliance reads while the sensor pumps."""
    stop = []
    source = socket_records(publisher._path, lambda: bool(stop))
    taken = []
    publisher.pump()
    for item in source:
        publisher.pump()
        if item is not None:
            taken.append(item)
        if len(taken) == count:
            stop.append(True)
            break
    source.close()
    return taken


def test_records_arrive_whole_and_in_order(publisher, monkeypatch):
    monkeypatch.setattr("appliance.ingest.TICK_S", 0.01)
    sent = [record(n) for n in range(5000)]
    for item in sent:
        publisher.offer(item)
    assert take(publisher, 5000) == sent


def test_what_was_queued_while_the_appliance_was_away_is_not_lost(publisher, monkeypatch):
    monkeypatch.setattr("appliance.ingest.TICK_S", 0.01)
    publisher.offer(record(1))
    assert take(publisher, 1) == [record(1)]
    for n in (2, 3):
        publisher.offer(record(n))
    for _ in range(3):
        publisher.pump()  # the first send tells that the appliance has gone
    assert [item for item in take(publisher, 1)] != []


def test_a_full_queue_is_a_loss_that_says_how_many(publisher, monkeypatch):
    monkeypatch.setattr(publish, "QUEUE_LINES", 3)
    monkeypatch.setattr("appliance.ingest.TICK_S", 0.01)
    for n in range(1, 6):
        publisher.offer(record(n))
    assert take(publisher, 3) == [record(1), record(2), record(3)]
    publisher.offer(record(6))
    publisher.pump()
    later = take(publisher, 2)
    assert later[0][:4] == Loss(4.0, 6.0, "queue", 2, "")[:4]
    assert later[1] == record(6)


def test_a_line_that_is_no_record_becomes_a_loss(tmp_path, monkeypatch):
    monkeypatch.setattr("appliance.ingest.TICK_S", 0.01)
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(str(tmp_path / "s"))
    server.listen(1)
    source = socket_records(tmp_path / "s", lambda: False)
    assert next(source) is None
    client, _ = server.accept()
    client.sendall(b"not a record\n")
    found = next(item for item in itertools.islice(source, 100) if item is not None)
    assert (found.kind, found.lost) == ("unreadable_record", 1)
    client.close()
    source.close()
    server.close()


def test_a_socket_left_behind_is_replaced(tmp_path):
    (tmp_path / "s").write_text("left behind")
    Publisher(tmp_path / "s").close()
    assert not (tmp_path / "s").exists()
