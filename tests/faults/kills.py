"""kill -9 while the store is written: nothing acknowledged is lost, and it opens again at once."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import tempfile
import time
from pathlib import Path
from typing import Any

from appliance.store.writer import Writer
from tests.faults.load import batch, is_sound, last, missing

MOST_S = 0.3
"""Longest time a process lives once it has written its first batch."""


def _write(path: Path, acknowledged: Any) -> None:
    writer = Writer(path)
    begin = last(path) + 1
    for number in range(begin, begin + 1_000_000):
        batch(writer, number)
        writer.commit()
        acknowledged.value = number


def run(kills: int, seed: int) -> dict[str, float]:
    """Kill so often, on one store; return the figures."""
    draw, context = random.Random(seed), multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.faults.kills"])
    figures = {"kills": 0.0, "rows_lost": 0.0, "corrupt": 0.0, "reopen_s_max": 0.0}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "home.db"
        acknowledged = context.Value("l", -1, lock=False)  # a process killed within a lock would keep it
        for _ in range(kills):
            before = acknowledged.value
            process = context.Process(target=_write, args=(path, acknowledged))
            process.start()
            while acknowledged.value == before:
                if not process.is_alive():
                    raise RuntimeError(f"the writer ended by itself with {process.exitcode}")
                time.sleep(0.002)
            time.sleep(draw.uniform(0.0, MOST_S))
            os.kill(process.pid or 0, signal.SIGKILL)
            process.join()
            begin = time.monotonic()
            Writer(path).close()
            figures["reopen_s_max"] = max(figures["reopen_s_max"], time.monotonic() - begin)
            figures["kills"] += 1
            figures["rows_lost"] += missing(path, acknowledged.value)
            acknowledged.value = last(path)  # a batch may be in, and its acknowledgement not
        figures["corrupt"] = float(not is_sound(path))
    return figures
