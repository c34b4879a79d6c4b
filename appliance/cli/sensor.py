"""`tattlebox sensor status`: what the sensor saw and what it could not, in its own numbers."""

from __future__ import annotations

import argparse
import time
from typing import Any, Final

from appliance.cli.common import CommandError, add_json, add_store, open_reader, print_json, printable, size
from sensor.records import SensorStats

STALE_S: Final = 150.0
"""Age beyond which the sensor is said to be silent: it speaks every 5 s, the store within two minutes."""


def add(commands: Any) -> None:
    """Add the verb."""
    parser = commands.add_parser("sensor", help="the sensor's numbers about itself")
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    status = verbs.add_parser(
        "status",
        help="what it saw and what it could not",
        description="Prints the numbers that the sensor sent last. Exit code 1 when it is silent or blind.",
    )
    add_store(status)
    add_json(status)
    status.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    with open_reader(args) as reader:
        stats, live = from_meta(reader.meta("sensor")), reader.meta("origin") == "live"
    if stats is None:
        raise CommandError("the sensor has not told its numbers yet; is tattlebox-sensor running?")
    age_s = max(0.0, time.time() - stats.ts) if live else None
    if args.json:
        print_json({**stats._asdict(), "age_s": age_s})
    else:
        for name, text in describe(stats, age_s):
            print(f"{name:<14}{printable(text)}")
    return 1 if stats.down or (age_s is not None and age_s > STALE_S) else 0


def from_meta(numbers: dict[str, Any] | None) -> SensorStats | None:
    """Return the numbers as the store keeps them, None when there are none."""
    return SensorStats(**numbers) if numbers else None


def describe(stats: SensorStats, age_s: float | None) -> list[tuple[str, str]]:
    """Return what to print, line by line; `age_s` is how old the numbers are, None for a capture's."""
    lines = [("packets", accounted(stats)), ("bytes", f"{size(stats.wire_bytes)} on the wire")]
    dropped = 100 * stats.kernel_drops / max(1, stats.packets + stats.kernel_drops)
    lines += [
        ("not seen", f"{stats.kernel_drops} packets dropped by the kernel ({dropped:.2g} %)"),
        ("flows", f"{stats.flows}, {stats.evictions} reported early because the table was full"),
        ("weirds", _pairs(stats.weirds)),
        ("reassembly", f"{stats.reassembly} TCP directions given up"),
        ("records", f"{stats.records}, {stats.queued} waiting, {stats.queue_lost} lost"),
    ]
    if age_s is None:
        return lines
    watched = ", ".join(f"{name} (down)" if name in stats.down else name for name in stats.interfaces)
    silent = f" - silent for {age_s:.0f} s" if age_s > STALE_S else ""
    return [
        ("watching", watched + silent),
        *lines,
        ("lag", f"{stats.lag_s * 1000:.0f} ms"),
        ("memory", size(stats.rss_bytes)),
        ("processor", f"{stats.cpu_percent:.1f} % of one core, {stats.cpu_s:.0f} s so far"),
    ]


def accounted(stats: SensorStats) -> str:
    """Return where every packet went: "9 packets: 6 in 2 flows, 2 other (arp 2), 1 malformed"."""
    other = sum(count for _, count in stats.other)
    kinds = f" ({_pairs(stats.other)})" if other else ""
    return (
        f"{stats.packets} packets: {stats.flow_packets} in {stats.flows} flows, "
        f"{other} other{kinds}, {stats.weird_packets} malformed"
    )


def _pairs(pairs: tuple[tuple[str, int], ...]) -> str:
    return ", ".join(f"{name} {count}" for name, count in pairs) or "none"
