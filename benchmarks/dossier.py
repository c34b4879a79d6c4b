"""The dossier of one year of a chatty device: time, memory, and whether any changed byte is found.

usage: python -m benchmarks.dossier [--store FILE] [--flows N] [--changes N]

Without --store it makes one: two devices over 365 days with N flows together (2,000,000). A process of its
own makes the dossier, as for the dashboard, so that its memory is its alone. Prints its figures last.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from appliance.dossier.bundle import BundleError, verify
from appliance.dossier.order import Order
from appliance.store.reader import Reader
from benchmarks.web_store import DAY_S, Size, make

YEAR_DAYS = 365


def timed(store: Path, out: Path, order: Order) -> tuple[float, float, float, dict[str, Any]]:
    """Return seconds, seconds of processor time and peak MB of a process that makes it, and what it says."""
    command = [
        sys.executable,
        "-m",
        "appliance.dossier.build",
        str(store),
        str(out),
        json.dumps(order._asdict()),
    ]
    begun = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as made:
        assert made.stdout is not None
        said = made.stdout.read()
        _, status, usage = os.wait4(made.pid, 0)
        made.returncode = os.waitstatus_to_exitcode(status)
    if made.returncode:
        sys.exit("the dossier could not be made")
    cpu_s = usage.ru_utime + usage.ru_stime
    return time.perf_counter() - begun, cpu_s, usage.ru_maxrss / 1024, json.loads(said)


def found_of(bundle: Path, tries: int) -> int:
    """Return how many of so many random single-byte changes are found; the seed is the number of tries."""
    content, chance, found = bundle.read_bytes(), random.Random(tries), 0
    changed = bundle.with_name("changed.zip")
    for _ in range(tries):
        other = bytearray(content)
        other[chance.randrange(len(content))] ^= chance.randrange(1, 256)
        changed.write_bytes(other)
        try:
            verify(changed)
        except BundleError:
            found += 1
    return found


def _made_apart(store: Path, flows: int) -> None:
    """Make the store in another process: a child's peak memory begins with that of its parent."""
    with ProcessPoolExecutor(1, get_context("spawn")) as other:
        other.submit(make, store, Size(2, YEAR_DAYS, flows)).result()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--store", type=Path)
    parser.add_argument("--flows", type=int, default=2_000_000)
    parser.add_argument("--changes", type=int, default=1_000)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tattlebox-dossier-") as folder:
        store, place = args.store or Path(folder) / "home.db", Path(folder)
        if not store.exists():
            _made_apart(store, args.flows)
        with Reader(store) as reader:
            device, last = reader.devices()[0].device, reader.watch().last_ts or 0.0
        year = Order(device, last - YEAR_DAYS * DAY_S, last + 1)
        first = timed(store, place / "first.zip", year)
        again = timed(store, place / "again.zip", year)
        same = (place / "first.zip").read_bytes() == (place / "again.zip").read_bytes()
        begun = time.perf_counter()
        verify(place / "first.zip")
        verify_s = time.perf_counter() - begun
        timed(store, place / "month.zip", year._replace(since=last - 30 * DAY_S))
        tried = found_of(place / "month.zip", args.changes)
        print(f"dossier_flows: {first[3]['flows']}")
        print(f"dossier_mb: {(place / 'first.zip').stat().st_size / 1e6:.1f}")
        print(f"dossier_first_s: {first[0]:.1f}")
        print(f"dossier_again_s: {again[0]:.1f}")
        print(f"dossier_first_cpu_s: {first[1]:.1f}")
        print(f"dossier_again_cpu_s: {again[1]:.1f}")
        print(f"dossier_rss_mb: {max(first[2], again[2]):.0f}")
        print(f"dossier_identical: {int(same)}")
        print(f"verify_s: {verify_s:.2f}")
        print(f"changes_tried: {args.changes}")
        print(f"changes_found: {tried}")


if __name__ == "__main__":
    main()
