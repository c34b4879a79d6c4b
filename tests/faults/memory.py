"""Memory is refused while the store is written: the process ends, nothing acknowledged is lost."""

from __future__ import annotations

import multiprocessing
import os
import random
import resource
import sqlite3
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from appliance.store.database import StoreError
from appliance.store.writer import Writer
from tests.faults.load import batch, is_sound, last, missing

PIECE: Final = 20_000
"""Bytes that something else takes with each batch, until there are none."""

MOST_BYTES: Final = 6_000_000
"""What a process may take at most beyond what it began with."""

TOLD_BY: Final = (MemoryError, sqlite3.Error, StoreError)
"""How a process is told; a tuple that is made where it is caught would itself need memory."""

TOLD: Final = 3
"""Exit code of a process that was told that there is no memory, and ended."""


def _write(path: Path, acknowledged: Any, spare: int) -> None:
    writer = Writer(path)
    begin, taken = last(path) + 1, []
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + spare,) * 2)
    try:
        for number in range(begin, begin + 1_000_000):
            batch(writer, number)
            writer.commit()
            acknowledged.value = number
            taken.append(bytearray(PIECE))
    except TOLD_BY:
        os._exit(TOLD)  # to end as usual takes memory, too


def run(times: int, seed: int) -> dict[str, float]:
    """Refuse memory so often, on one store; return the figures."""
    draw, context = random.Random(seed), multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.faults.memory"])
    figures = {
        "refused": 0.0,
        "deaths": 0.0,
        "rows_lost": 0.0,
        "corrupt": 0.0,
        "reopen_s_max": 0.0,
    }
    with tempfile.TemporaryDirectory() as folder:
        path, acknowledged = Path(folder) / "home.db", context.Value("l", -1, lock=False)
        for _ in range(times):
            process = context.Process(target=_write, args=(path, acknowledged, draw.randrange(MOST_BYTES)))
            process.start()
            process.join()
            figures["refused"] += process.exitcode == TOLD
            figures["deaths"] += process.exitcode != TOLD
            begin = time.monotonic()
            Writer(path).close()
            figures["reopen_s_max"] = max(figures["reopen_s_max"], time.monotonic() - begin)
            figures["rows_lost"] += missing(path, acknowledged.value)
            acknowledged.value = last(path)
        figures["corrupt"] = float(not is_sound(path))
    return figures
