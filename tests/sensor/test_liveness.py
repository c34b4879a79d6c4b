"""What systemd hears of a process, read from the other end of its socket."""

import os
import socket

import pytest

from sensor import liveness
from sensor.liveness import Liveness


@pytest.fixture
def systemd(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(tmp_path / "notify"))
        ear.setblocking(False)
        yield ear


def heard(ear):
    said = []
    while True:
        try:
            said.append(ear.recv(100))
        except BlockingIOError:
            return said


def environment(ear, **more):
    return {"NOTIFY_SOCKET": ear.getsockname(), **more}


def test_the_start_and_progress_are_told(systemd):
    alive = Liveness(environment(systemd, WATCHDOG_USEC="60000000"))
    alive.ready()
    alive.progress()
    assert heard(systemd) == [b"READY=1", b"WATCHDOG=1"]


def test_progress_is_told_a_few_times_in_the_watchdogs_time(systemd, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(liveness.time, "monotonic", lambda: clock[0])
    alive = Liveness(environment(systemd, WATCHDOG_USEC="40000000"))
    for _ in range(400):  # forty seconds of work
        alive.progress()
        clock[0] += 0.1
    assert len(heard(systemd)) == liveness.PARTS


@pytest.mark.parametrize(
    "more",
    [{}, {"WATCHDOG_USEC": "nonsense"}, {"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": str(os.getpid() + 1)}],
    ids=["no watchdog", "unreadable", "another's"],
)
def test_without_a_watchdog_progress_is_nobodys_business(systemd, more):
    alive = Liveness(environment(systemd, **more))
    alive.progress()
    assert heard(systemd) == []


def test_a_systemd_that_is_away_or_deaf_stops_nothing(systemd, tmp_path):
    Liveness({}).ready()
    Liveness({"NOTIFY_SOCKET": str(tmp_path / "nobody")}).ready()
    alive = Liveness(environment(systemd))
    for _ in range(5_000):  # more than the socket holds
        alive.ready()
    assert set(heard(systemd)) == {b"READY=1"}


def test_an_abstract_name_is_understood():
    name = f"tattlebox-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind("\0" + name)
        Liveness({"NOTIFY_SOCKET": "@" + name}).ready()
        assert ear.recv(100) == b"READY=1"
