"""The sensor's loop beside the packets: while the time is not known, it says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import sensor.__main__ as command
from sensor.records import Loss


class Line:
    """Stands for the line to the appliance, the outer edge here."""

    def __init__(self) -> None:
        self.losses: list[Loss] = []

    def offer(self, record: Any) -> None:
        self.losses.append(record)


def sensor(monkeypatch: pytest.MonkeyPatch, known: Path | None) -> tuple[command.Sensor, Line]:
    monkeypatch.setattr(command.time, "time", lambda: 1000.0)
    line = Line()
    return command.Sensor(None, line, None, None, known), line  # type: ignore[arg-type]


def test_each_minute_before_the_time_is_known_is_doubted(monkeypatch, tmp_path):
    known = tmp_path / "synchronized"
    watching, line = sensor(monkeypatch, known)
    for now in range(1000, 1131, 5):
        watching._doubt(float(now))
    known.touch()
    watching._doubt(90_000.0)  # the clock was set, a day ahead
    watching._doubt(90_100.0)
    assert [(loss.ts, loss.until) for loss in line.losses] == [(1000, 1060), (1060, 1120), (1120, 1180)]
    assert {loss.kind for loss in line.losses} == {"clock"}


def test_a_clock_set_back_ends_no_span_before_it_begins(monkeypatch, tmp_path):
    watching, line = sensor(monkeypatch, tmp_path / "synchronized")
    watching._doubt(10.0)
    watching._doubt(30.0)
    assert [(loss.ts, loss.until) for loss in line.losses] == [(1000, 1000)]
    watching._doubt(70.0)
    assert line.losses[-1][:2] == (10, 70)


@pytest.mark.parametrize("exists", [True, False], ids=["known at the start", "nobody asks"])
def test_a_known_time_is_not_doubted(monkeypatch, tmp_path, exists):
    known = tmp_path / "synchronized"
    known.touch()
    watching, line = sensor(monkeypatch, known if exists else None)
    for now in (1000.0, 1100.0, 5000.0):
        watching._doubt(now)
    assert line.losses == []
