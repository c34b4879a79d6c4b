"""How fast packets are metered, beside other programs on the same capture: benchmarks/meter.py [CAPTURE…]

Without a capture, iot.pcap and bulk.pcap are made first (see captures.py). Every program reads the whole file
to flow records on one core; the runs are interleaved and the median of the CPU time (user and system,
start-up included) counts, so that other work on the machine matters little. A figure is the ratio of our rate
to that of the other program, the lowest over all captures. `--write PAGE` also writes docs/performance.md.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import captures

RUNS = 3
PACKETS = 3_000_000
FLUSH_FLOWS = 10_000
NFSTREAM = (
    "import sys; from nfstream import NFStreamer; sum(1 for _ in NFStreamer(sys.argv[1], n_dissections=0))"
)
METER = f"""
import sys
from sensor.capture.file import blocks
from sensor.meter import new_meter
meter = new_meter()
for block in blocks(sys.argv[1]):
    meter.feed(block)
while meter.flush({FLUSH_FLOWS}):
    pass
print(meter.stats()["packets"])
"""
SLOW = {"nfstream"}  # one run: it takes minutes

PAGE = """# How fast packets are metered

Made by `python benchmarks/meter.py --write docs/performance.md`; nothing here is typed in by hand.

{machine}. Every program reads the whole file, from the page cache, on one core. Rates are medians of
{runs} interleaved runs ({slow}: one run), by CPU time, start-up included; the load average was {load}
when the runs began. `iot.pcap` has small packets and 70,000 flows per million of them, IPv4 and IPv6;
`bulk.pcap` has full-size segments of 200 flows; `flows-N.pcap` has N flows at once, four packets each
(`benchmarks/captures.py`). `cat` copies the file to nowhere: the limit.

{table}

## Figures

{figures}

A `meter_vs_` figure is our rate divided by the other program's, the lowest over the captures above; `rss_mb`
is the largest memory our meter took on any of them.
"""


class Run(NamedTuple):
    """What one run cost."""

    cpu_s: float
    rss_mb: float


def commands(capture: Path, scratch: Path) -> dict[str, list[str]]:
    """Return the command of each program that is installed."""
    found = {"meter": [sys.executable, "-c", METER, str(capture)], "cat": ["cat", str(capture)]}
    others = {
        "softflowd": [
            "softflowd",
            "-d",
            "-6",
            "-m",
            "1000000",
            "-p",
            "none",
            "-c",
            "none",
            "-r",
            str(capture),
        ],
        "nfpcapd": ["nfpcapd", "-r", str(capture), "-w", str(scratch)],
        "argus": ["argus", "-r", str(capture), "-w", "/dev/null"],
        "ndpireader": ["ndpiReader", "-q", "-i", str(capture)],
    }
    found |= {name: command for name, command in others.items() if shutil.which(command[0])}
    missing = sorted(others.keys() - found.keys())
    if subprocess.run([sys.executable, "-c", "import nfstream"], capture_output=True, check=False).returncode:
        missing.append("nfstream")
    else:
        found["nfstream"] = [sys.executable, "-c", NFSTREAM, str(capture)]
    for name in missing:
        print(f"{name} is not installed: left out")
    return found


def timed(command: list[str]) -> Run:
    """Run the command; return its CPU time and memory, its children's included."""
    with open(os.devnull, "wb") as nowhere:
        process = subprocess.Popen(command, stdout=nowhere, stderr=nowhere)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed with exit code {process.returncode}")
    return Run(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def packets_in(capture: Path) -> int:
    """Return how many packets our meter counts, which also brings the file into the page cache."""
    command = [sys.executable, "-c", METER, str(capture)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def measure(capture: Path, runs: int, scratch: Path) -> dict[str, Run]:
    """Return the median run of each program."""
    programs = commands(capture, scratch)
    seen: dict[str, list[Run]] = {name: [] for name in programs}
    for turn in range(runs):
        for name, command in programs.items():
            if turn == 0 or name not in SLOW:
                seen[name].append(timed(command))
    return {
        name: Run(statistics.median(run.cpu_s for run in costs), max(run.rss_mb for run in costs))
        for name, costs in seen.items()
    }


def figures(results: dict[Path, dict[str, Run]]) -> list[str]:
    """Return the lines that other programs read."""
    lines = []
    for name in ("softflowd", "nfpcapd", "ndpireader", "argus", "nfstream", "cat"):
        ratios = [costs[name].cpu_s / costs["meter"].cpu_s for costs in results.values() if name in costs]
        if ratios:
            lines.append(f"meter_vs_{name}: {min(ratios):.2f}")
    lines.append(f"rss_mb: {max(costs['meter'].rss_mb for costs in results.values()):.0f}")
    return lines


def table(results: dict[Path, dict[str, Run]], packets: dict[Path, int]) -> str:
    """Return the rates as a Markdown table."""
    rows = ["| capture | program | million packets/s |", "|---|---|---|"]
    for capture, costs in results.items():
        for name, run in costs.items():
            rate = packets[capture] / max(run.cpu_s, 1e-3) / 1e6
            rows.append(f"| {capture.name} | {name} | {rate:.2f} |")
    return "\n".join(rows)


def machine() -> str:
    """Return what it was measured on."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next(
        (line.split(":")[1].strip() for line in lines if line.startswith("model name")), "unknown processor"
    )
    return f"{model}, {platform.system()} {platform.machine()}, Python {platform.python_version()}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("capture", nargs="*", type=Path)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--write", type=Path, help="also write the page there")
    options = parser.parse_args()
    load = f"{os.getloadavg()[0]:.1f}"
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as scratch:
        paths = options.capture
        if not paths:
            paths = [Path(scratch, "iot.pcap"), Path(scratch, "bulk.pcap")]
            captures.write(paths[0], captures.iot(PACKETS))
            captures.write(paths[1], captures.bulk(PACKETS // 4))
        packets = {path: packets_in(path) for path in paths}
        results = {path: measure(path, options.runs, Path(scratch)) for path in paths}
    lines = figures(results)
    page = table(results, packets)
    print(page)
    print("\n".join(lines))
    if options.write:
        slow, listed = ", ".join(sorted(SLOW)), "\n".join(f"- `{line}`" for line in lines)
        text = PAGE.format(
            machine=machine(), load=load, runs=options.runs, slow=slow, table=page, figures=listed
        )
        options.write.write_text(text)


if __name__ == "__main__":
    main()
