"""How soon a new party is said to last, against false alarms: change_tradeoff.py --seeds A-B [--write].

Each home is lived through once without the rule of the second upload (`AGAIN_S`, docs/change.md), and every
upload to a party that is news is noted. From these follows when it would have been said to last, had the
second upload been enough on more devices or fewer. The last lines are `name: value`.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import sys
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from appliance.alerts.arrivals import browsed
from appliance.alerts.build import OTHERS
from appliance.behaviour import browsing
from appliance.behaviour.detect import arrivals
from appliance.behaviour.facts import Change
from appliance.behaviour.state import Candidate, Device
from appliance.home import Home
from benchmarks import change_plots
from benchmarks.change import seeds
from benchmarks.change_run import DAY_S, Task, device_months_of, knowledge_of
from benchmarks.change_score import EARLY_S, shown
from tests.household.simulation.home import build, live

ROOT = Path(__file__).resolve().parent.parent
AGAIN_S = arrivals.AGAIN_S
DEVICES = (
    "none: days and hours alone",
    "just updated",
    "and well known, one new party a month",
    "and not yet well known",
    "and three new parties a month",
    "any",
)
"""On which devices the second upload is enough; each adds to the one before."""


class Arrival(NamedTuple):
    """One party that was news."""

    second: float | None  # of a true new party: its second exchange; None: nothing true stands behind it
    from_level: int  # the first of DEVICES that holds its device
    loud: bool  # once it is said to last, it is pushed
    uploads: tuple[float, ...]  # no downloads, not all just after a start, until it was said to last by days
    lasts: float  # by days and hours alone; infinite: never


class Point(NamedTuple):
    """One setting, and what it brings."""

    devices: str
    within_day: float  # share of new parties said to last within a day of their second exchange
    false_pushes: float  # per device and month
    false_told: float  # the same, whether or not they are pushed


def level_of(device: Device, change: Change) -> int:
    """Return the first of DEVICES that holds a device at the time of a change."""
    rate = browsing.discoveries(device, change.ts)
    if change.update is not None and change.ts <= change.update + arrivals.SHARP_S:
        return 1
    if rate <= 1:
        return 2 if device.complete else 3
    return 4 if rate <= browsing.MANY_DISCOVERIES else 5


def lived(task: Task) -> tuple[float, list[Arrival]]:
    """Return the device-months of one home, and its arrivals."""
    simulated = build(task.seed, task.drift, task.days, task.shape, ())
    story = live(simulated)
    home = Home(knowledge_of(simulated, story))
    uploads: dict[str, list[float]] = {}
    levels: dict[str, int] = {}
    count = arrivals._count

    def noted(device: Device, candidate: Candidate, contact: Any) -> None:
        count(device, candidate, contact)
        change, hour = candidate.change, int(contact.ts // 3_600)
        if hour in candidate.hits:
            uploads.setdefault(change.id, []).append(contact.ts)
        apart = any(hit not in candidate.around_start for hit in candidate.hits)
        if device.learned and apart:
            level = level_of(device, change)
            levels[change.id] = min(level, levels.get(change.id, level))

    arrivals.AGAIN_S, arrivals._count = math.inf, noted
    news: dict[str, tuple[str, Change]] = {}
    lasts: dict[str, float] = {}
    for record in story.records:
        for fact in home.feed(record):
            if isinstance(fact, Change) and fact.kind == "new_party":
                news[fact.id] = home.devices.record(fact.device).macs[0], fact
                if fact.after["lasting"]:
                    lasts[fact.id] = home.last_ts or fact.ts
    arrivals._count = count
    found = []
    for key, (mac, change) in news.items():
        true = [
            line
            for line in story.truth
            if line["news"] and line["mac"] == mac and change.domain in line["domains"]
            and change.ts >= line["ts"] - EARLY_S
        ]  # fmt: skip
        new = [line for line in true if line["kind"] == "new_party" and shown(line)]
        if new or not true:
            found.append(
                Arrival(
                    new[0]["second"] if new else None,
                    levels.get(key, len(DEVICES)),
                    change.role in OTHERS and not browsed(change),
                    tuple(uploads.get(key, ())),
                    lasts.get(key, math.inf),
                )
            )
    return device_months_of(simulated), found


def lasts_at(arrival: Arrival, level: int) -> float:
    """Return when a party would have been said to last with a level of DEVICES; infinite for never."""
    again = (ts for ts in arrival.uploads if ts >= arrival.uploads[0] + AGAIN_S)
    return min(arrival.lasts, next(again, math.inf) if arrival.from_level <= level else math.inf)


def point(level: int, months: float, found: list[Arrival]) -> Point:
    """Return the figures of one setting."""
    new = [it for it in found if it.second is not None]
    in_day = sum(lasts_at(it, level) <= (it.second or 0.0) + DAY_S for it in new)
    false = [it for it in found if it.second is None and lasts_at(it, level) < math.inf]
    return Point(
        DEVICES[level],
        in_day / len(new) if new else math.nan,
        sum(it.loud for it in false) / months,
        len(false) / months,
    )


def table(points: list[Point]) -> str:
    """Return the points as a table for docs/change.md."""
    rows = ["| a second upload is enough on devices | within a day | false pushes | falsely said |"]
    rows.append("|---|---|---|---|")
    for it in points:
        rows.append(f"| {it.devices} | {it.within_day:.0%} | {it.false_pushes:.3f} | {it.false_told:.3f} |")
    return "\n".join(rows)


def main() -> int:
    """Print the figures, one `name: value` a line, last."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", required=True, help="A-B, A,B,C or a file with one seed a line")
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--drift", type=float, default=1.0)
    parser.add_argument("--shape", default="plain")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="write docs/change-tradeoff.svg")
    options = parser.parse_args()
    tasks = [Task(seed, options.drift, options.days, options.shape, None) for seed in seeds(options.seeds)]
    with multiprocessing.Pool(options.jobs) as pool:
        homes = pool.map(lived, tasks, chunksize=1)
    months = sum(it for it, _ in homes)
    found = [arrival for _, arrivals_of_home in homes for arrival in arrivals_of_home]
    points = [point(level, months, found) for level in range(len(DEVICES))]
    if options.write:
        (ROOT / "docs" / "change-tradeoff.svg").write_text(change_plots.tradeoff(points))
    print(table(points))
    print(f"device_months: {months:.1f}")
    print(f"new_parties: {sum(it.second is not None for it in found)}")
    for level, it in enumerate(points):
        print(f"within_day_{level}: {it.within_day:.4f}")
        print(f"false_pushes_{level}: {it.false_pushes:.4f}")
        print(f"falsely_told_{level}: {it.false_told:.4f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
