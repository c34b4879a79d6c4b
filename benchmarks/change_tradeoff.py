"""How soon a new party is sure, against false alarms: benchmarks/change_tradeoff.py --seeds A-B [--write].

The same homes are lived through again for each time that must lie between the first and the second upload to
a new party (`AGAIN_S`, docs/change.md). Each point is a run of its own. The last lines are `name: value`.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from appliance.behaviour.detect import arrivals
from benchmarks import change_plots
from benchmarks.change import seeds
from benchmarks.change_run import Result, Task, run
from benchmarks.change_score import score, true_of

ROOT = Path(__file__).resolve().parent.parent
MINUTES = (5, 30, 180, 720, 2880)
"""Between the two uploads; the last is so long that days and hours alone decide, as for devices that often
meet somebody new."""


class Point(NamedTuple):
    """One setting, and what it brings."""

    minutes: int
    within_day: float  # share of new parties sure within a day of their second upload
    false_pushes: float  # per device and month
    false_sure: float  # new parties said to be sure where nothing had changed, per device and month


def lived(minutes_and_task: tuple[int, Task]) -> Result:
    """Return the run of one home with one setting."""
    minutes, task = minutes_and_task
    arrivals.AGAIN_S = minutes * 60.0  # type: ignore[misc] - the setting that is measured
    return run(task)


def point(minutes: int, results: list[Result]) -> Point:
    """Return the figures of one setting."""
    it = score(results)
    false = {
        (result.seed, said.mac, said.domain)
        for result in results
        for said in result.changes
        if said.kind == "new_party" and said.volume == "confirmed" and not true_of(said, result.truth)
    }
    return Point(minutes, it.new_party_within_day, it.false_pushes, len(false) / it.device_months)


def table(points: list[Point]) -> str:
    """Return the points as a table for docs/change.md."""
    rows = [
        "| between two uploads | sure within a day | false pushes / device / month | falsely sure |",
        "|---|---|---|---|",
    ]
    for it in points:
        span = f"{it.minutes} min" if it.minutes < 120 else f"{it.minutes // 60} h"
        rows.append(f"| {span} | {it.within_day:.0%} | {it.false_pushes:.3f} | {it.false_sure:.3f} |")
    return "\n".join(rows)


def main() -> int:
    """Print the figures, one `name: value` a line, last."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", required=True, help="A-B, A,B,C or a file with one seed a line")
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--shape", default="plain")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="write docs/change-tradeoff.svg")
    options = parser.parse_args()
    tasks = [Task(seed, 1.0, options.days, options.shape, None) for seed in seeds(options.seeds)]
    wanted = [(minutes, task) for minutes in MINUTES for task in tasks]
    with multiprocessing.Pool(options.jobs) as pool:
        results = pool.map(lived, wanted, chunksize=1)
    points = [
        point(minutes, results[number * len(tasks) : (number + 1) * len(tasks)])
        for number, minutes in enumerate(MINUTES)
    ]
    if options.write:
        (ROOT / "docs" / "change-tradeoff.svg").write_text(change_plots.tradeoff(points))
    print(table(points))
    for it in points:
        print(f"within_day_{it.minutes}_min: {it.within_day:.4f}")
        print(f"false_pushes_{it.minutes}_min: {it.false_pushes:.4f}")
        print(f"falsely_sure_{it.minutes}_min: {it.false_sure:.4f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
