"""Sensor to appliance over a real Unix socket: each record once, what the queue cannot hold is counted."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance import ingest
from appliance.ingest import SensorLink
from sensor import publish
from sensor.publish import Publisher
from sensor.records import Loss, Record, Weird, to_json


def record(n: int) -> Weird:
    return Weird(float(n), "test", None, None, None, f"number {n}")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "TICK_S", 0.01)


@pytest.fixture
def publisher(tmp_path: Path) -> Iterator[Publisher]:
    publisher = Publisher(tmp_path / "s")
    yield publisher
    publisher.close()


def take(publisher: Publisher, link: SensorLink, count: int) -> list[Record]:
    """Return the next `count` records that the appliance reads while the sensor pumps."""
    taken: list[Record] = []
    source = link.records(lambda: not count)
    for item in source:
        publisher.pump()
        if item is not None:
            taken.append(item)
        if len(taken) == count:
            break
    source.close()  # type: ignore[attr-defined]
    return taken


def test_both_sides_speak_the_same_protocol() -> None:
    assert publish.PROTOCOL == ingest.PROTOCOL


def test_records_arrive_whole_and_in_order(publisher: Publisher, tmp_path: Path) -> None:
    sent = [record(n) for n in range(5000)]
    for item in sent:
        publisher.offer(item)
    assert take(publisher, SensorLink(tmp_path / "s"), 5000) == sent


def test_what_was_not_stored_comes_again_to_the_next_appliance(publisher: Publisher, tmp_path: Path) -> None:
    for n in range(1, 6):
        publisher.offer(record(n))
    link = SensorLink(tmp_path / "s")
    assert len(take(publisher, link, 3)) == 3
    position = link.position
    assert publisher.queued == 5
    assert take(publisher, SensorLink(tmp_path / "s"), 5) == [record(n) for n in range(1, 6)]
    assert take(publisher, SensorLink(tmp_path / "s", position), 2) == [record(4), record(5)]
    assert publisher.queued == 2, "what the position says is stored is forgotten"


def test_what_was_stored_is_forgotten(publisher: Publisher, tmp_path: Path) -> None:
    link = SensorLink(tmp_path / "s")
    taken = []
    for n in range(1, 4):
        publisher.offer(record(n))
    for item in link.records(lambda: publisher.queued == 0):
        publisher.pump()
        if item is not None:
            taken.append(item)
            link.stored()
            publisher.pump()
    assert taken == [record(1), record(2), record(3)]


def test_the_position_of_another_run_means_nothing(publisher: Publisher, tmp_path: Path) -> None:
    publisher.offer(record(1))
    assert take(publisher, SensorLink(tmp_path / "s", ["another", 900]), 1) == [record(1)]


def test_a_full_queue_is_a_loss_that_says_how_many(
    publisher: Publisher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = len(to_json(record(1))) + 1 + publish.RECORD_COST
    monkeypatch.setattr(publish, "QUEUE_BYTES", 3 * size)
    for n in range(1, 6):
        publisher.offer(record(n))
    assert publisher.lost == 2
    link = SensorLink(tmp_path / "s")
    assert take(publisher, link, 3) == [record(1), record(2), record(3)]
    assert take(publisher, SensorLink(tmp_path / "s", link.position), 0) == []
    again = SensorLink(tmp_path / "s", link.position)
    taken: list[Record] = []
    for item in again.records(lambda: len(taken) == 2):
        publisher.pump()
        if publisher.queued == 0:
            publisher.offer(record(6))
        if item is not None:
            taken.append(item)
    assert taken[0][:4] == Loss(4.0, 6.0, "queue", 2, "")[:4]
    assert taken[1] == record(6)


def hello(run: str = "", protocol: int = 1) -> bytes:
    return json.dumps({"hello": "tattlebox", "protocol": protocol, "run": run, "stored": 0}).encode()


def framed(message: bytes) -> bytes:
    return struct.pack(">I", len(message)) + message


@pytest.mark.parametrize(
    "said",
    [
        framed(b"no hello"),
        framed(b"[]"),
        framed(b'{"run": 1}'),
        framed(hello(protocol=2)),
        framed(hello()) + framed(b"short"),
        struct.pack(">I", 1 << 30),
        framed(b"[" * 4000),
    ],
)
def test_who_speaks_otherwise_is_shown_the_door(publisher: Publisher, tmp_path: Path, said: bytes) -> None:
    publisher.offer(record(1))
    with socket.socket(socket.AF_UNIX) as stranger:
        stranger.connect(str(tmp_path / "s"))
        stranger.sendall(said)
        publisher.pump()
        publisher.pump()
        assert not publisher.connected
    assert take(publisher, SensorLink(tmp_path / "s"), 1) == [record(1)]


def test_an_appliance_that_does_not_read_is_not_waited_for(publisher: Publisher, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as slow:
        slow.connect(str(tmp_path / "s"))
        slow.sendall(framed(hello()))
        for n in range(20_000):
            publisher.offer(record(n))
        publisher.pump()
        assert publisher.unsent
        assert publisher.queued == 20_000


def test_a_socket_left_behind_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "s").write_text("left behind")
    Publisher(tmp_path / "s").close()
    assert not (tmp_path / "s").exists()
