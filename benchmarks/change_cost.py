"""What a day of a home costs: benchmarks/change_cost.py --seeds A-B [--devices 50] [--days 35].

Simulated homes are put together into one of at least so many devices, each home in a network of its own, all
beginning at the same time. The CPU time of each of the last seven days is taken: of the whole appliance from
records to alerts, and of behaviour alone within it. The last lines are `name: value`.
"""

from __future__ import annotations

import argparse
import heapq
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from appliance.home import Home, state_of
from appliance.lookup.knowledge import load_knowledge
from benchmarks.change import seeds
from sensor.records import Loss, Record
from tests.household.simulation.home import build, live

DAY_S = 86_400.0
START_TS = 1_767_225_600.0
NETWORK = "192.168.77."
MEASURED_DAYS = 7


def moved(record: Record, number: int, by_s: float) -> Record:
    """Return a record of the home with this number, in a network of its own and later by so much."""
    changed: dict[str, Any] = {"ts": record.ts + by_s}
    for name, value in zip(record._fields, record, strict=True):
        if isinstance(value, str) and value.startswith(NETWORK):
            changed[name] = f"192.168.{100 + number}.{value.removeprefix(NETWORK)}"
        elif name == "uid" and value is not None:
            changed[name] = f"{value}{number}"
    if isinstance(record, Loss):
        changed["until"] = record.until + by_s
    return record._replace(**changed)


def together(wanted: list[int], devices: int, days: int) -> tuple[int, Iterator[Record]]:
    """Return the number of devices and the records of one home, in their order."""
    streams: list[list[Record]] = []
    count = 0
    for number, seed in enumerate(wanted):
        home = build(seed, 1.0, days, "plain", ())
        records = live(home).records
        by_s = START_TS - min(record.ts for record in records)
        streams.append([moved(record, number, by_s) for record in records])
        count += sum(not device.guest for device in home.devices)
        if count >= devices:
            break
    return count, heapq.merge(*streams, key=lambda record: record.ts)


class Timed:
    """Calls of a function, and the CPU time they took."""

    def __init__(self, call: Callable[..., Any]) -> None:
        self._call = call
        self.spent_s = 0.0

    def __call__(self, *values: Any) -> Any:
        begin = time.process_time()
        found = self._call(*values)
        self.spent_s += time.process_time() - begin
        return found


def main() -> int:
    """Print the figures, one `name: value` a line, last."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", required=True, help="A-B, A,B,C or a file with one seed a line")
    parser.add_argument("--devices", type=int, default=50)
    parser.add_argument("--days", type=int, default=35)
    options = parser.parse_args()
    count, records = together(seeds(options.seeds), options.devices, options.days)
    home = Home(load_knowledge())
    timed = {name: Timed(getattr(home.behaviour, name)) for name in ("meet", "observe", "advance")}
    for name, call in timed.items():
        setattr(home.behaviour, name, call)
    whole: dict[int, float] = {}
    part: dict[int, float] = {}
    numbers: dict[int, int] = {}
    for record in records:
        day = int((record.ts - START_TS) // DAY_S)
        before = sum(call.spent_s for call in timed.values())
        begin = time.process_time()
        for _ in home.feed(record):
            pass
        whole[day] = whole.get(day, 0.0) + time.process_time() - begin
        part[day] = part.get(day, 0.0) + sum(call.spent_s for call in timed.values()) - before
        numbers[day] = numbers.get(day, 0) + 1
    last = [day for day in sorted(whole) if day < options.days][-MEASURED_DAYS - 1 : -1]
    states = [len(json.dumps(state_of(home, device))) for device in home.devices.ids()]
    figures = {
        "devices": count,
        "records_a_day": statistics.median(numbers[day] for day in last),
        "behaviour_s_per_day": statistics.median(part[day] for day in last),
        "behaviour_s_worst_day": max(part[day] for day in last),
        "appliance_s_per_day": statistics.median(whole[day] for day in last),
        "appliance_s_worst_day": max(whole[day] for day in last),
        "state_kb_per_device": statistics.median(states) / 1_000,
        "state_kb_largest_device": max(states) / 1_000,
    }
    for name, value in figures.items():
        print(f"{name}: {value:.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
