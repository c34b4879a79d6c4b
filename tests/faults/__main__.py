"""`scripts/faults SCENARIO`: break something many times, print what held. Exit code 1: something did not."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from tests.faults import damage, delivery, full, kills, memory, outage, power, writes

Figures = dict[str, float] | dict[str, int]

SCENARIOS: dict[str, tuple[str, int, Callable[[int, int], Figures]]] = {
    "outage": ("all receivers away for an hour", 1, lambda _times, _seed: outage.run()),
    "delivery": ("kill -9 while messages are delivered", 200, delivery.run),
    "writes": ("the n-th write, sync or open fails", 200, lambda n, _seed: writes.run(range(1, n + 1))),
    "kills": ("kill -9 while the store is written", 200, kills.run),
    "power": ("the power is cut", 500, power.run),
    "damage": ("pages of the store are torn, empty or other than written", 200, damage.run),
    "memory": ("memory is refused while the store is written", 200, memory.run),
    "full": ("a disk of 64 MB runs full (root)", 150, lambda n, _seed: full.run(n)),
}

NEVER = (
    *("lost", "out_of_order", "acted_on_twice", "sent_again_unmarked", "points_missing", "deaths", "corrupt"),
    *("rows_lost", "stuck", "acknowledged_rows_lost", "alerts_lost", "changes_lost", "evidence_lost"),
)
"""Figures that must be 0."""


def broken(figures: Figures) -> list[str]:
    """Return the promises that did not hold."""
    return [name for name in NEVER if figures.get(name)]


def main() -> int:
    """Run a scenario."""
    parser = argparse.ArgumentParser(prog="scripts/faults", description=__doc__)
    parser.add_argument(
        "scenario", choices=SCENARIOS, help="; ".join(f"{n}: {s[0]}" for n, s in SCENARIOS.items())
    )
    parser.add_argument("--times", type=int, help="how often")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    _, times, run = SCENARIOS[args.scenario]
    figures = run(args.times or times, args.seed)
    for name, value in figures.items():
        print(f"{name}: {value:.2f}" if isinstance(value, float) else f"{name}: {value}")
    if found := broken(figures):
        print(f"faults: did not hold: {', '.join(found)}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
