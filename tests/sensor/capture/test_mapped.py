"""Mapped files give what reading gives, and a file that changes meanwhile ends nothing but itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sensor.capture import mapped
from sensor.capture.file import blocks
from sensor.meter import new_meter
from sensor.records import FlowRecord, Loss
from tests.sensor.meter import frames as f

pytestmark = pytest.mark.skipif(
    mapped._window is None, reason="the file window is not built: setup.py build_ext --inplace"
)

WINDOW = 65_536
PACKETS = 400


@pytest.fixture
def capture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A capture of seven windows."""
    monkeypatch.setattr(mapped, "WINDOW_BYTES", WINDOW)
    path = tmp_path / "a.pcap"
    path.write_bytes(f.pcap(*[f.up(f.ACK, bytes(1000), n) for n in range(PACKETS)]))
    return path


def test_windows_are_the_file(capture: Path) -> None:
    got = [(bytes(block.data), block.first, block.last) for block in blocks(capture)]
    assert b"".join(data for data, _, _ in got) == capture.read_bytes()
    assert [first for _, first, _ in got] == [True] + [False] * 7
    assert [last for _, _, last in got] == [False] * 7 + [True]


def test_a_file_that_grows_is_read_to_its_end(capture: Path) -> None:
    data, steps = capture.read_bytes(), blocks(capture)
    first = bytes(next(steps).data)
    with capture.open("ab") as more:
        more.write(data[24:])
    assert first + b"".join(bytes(block.data) for block in steps) == data + data[24:]


@pytest.mark.parametrize("left", [0, 100, 3 * WINDOW, 3 * WINDOW + 5000])
def test_a_file_cut_short_before_its_next_window(capture: Path, left: int) -> None:
    steps = blocks(capture)
    for _ in range(5):
        data = bytes(next(steps).data)
    os.truncate(capture, left)
    (last,) = steps
    assert (len(data), bytes(last.data), last.trouble) == (WINDOW, b"", mapped.SHORTER)


def test_a_file_cut_short_under_its_window(capture: Path) -> None:
    """Reading there is a SIGBUS: the process must live, and what was whole must be counted."""
    meter, items = new_meter(), []
    for number, block in enumerate(blocks(capture)):
        if number == 3:
            os.truncate(capture, 3 * WINDOW + 4096)
        items += meter.feed(block)
    items += meter.flush()
    losses = [item for item in items if isinstance(item, Loss)]
    assert [loss.kind for loss in losses] == ["corrupt_file", "truncated_file"]
    assert mapped.SHORTER in losses[1].detail
    packets = (3 * WINDOW + 4096) // (len(f.up(f.ACK, bytes(1000))) + 16)
    counted = sum(item.orig_pkts for item in items if isinstance(item, FlowRecord))
    assert packets <= counted <= packets + 1


def test_a_fault_elsewhere_ends_the_process_as_ever(tmp_path: Path) -> None:
    script = """
import mmap, os, sys
from sensor.capture.file import blocks
list(blocks(sys.argv[1]))
with open(sys.argv[1], "r+b") as file:
    view = mmap.mmap(file.fileno(), 0)
    os.truncate(sys.argv[1], 0)
    view[0]
"""
    path = tmp_path / "a.pcap"
    path.write_bytes(f.pcap(f.up(f.SYN)))
    done = subprocess.run([sys.executable, "-c", script, str(path)], check=False, timeout=20)
    assert done.returncode == -signal.SIGBUS
