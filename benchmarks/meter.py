"""How fast packets are metered and read, beside other programs: benchmarks/meter.py [CAPTURE…]

Without a capture, iot.pcap and bulk.pcap are made first (captures.py), and so are captures of 1, 4 and 16
times the length and of 1,000 to 1,000,000 flows at once. Every program runs on one core, the runs are
interleaved, and the median of the CPU time (user and system, start-up included) counts, so that other work on
the machine matters little. A `meter_vs_` or `pipeline_vs_` figure is our rate divided by the other program's,
the lowest over the captures. Programs that are not installed are left out, with a line that says so.
`--write PAGE` also writes docs/performance.md and its plots.
"""

from __future__ import annotations

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import meter_page
import peers
from peers import FIRST_PACKETS, Program

RUNS = 3
PACKETS = 4_000_000
GROWTH_PACKETS = 500_000
GROWTH = (1, 4, 16)
CONCURRENT = (1_000, 100_000, 1_000_000)
CONCURRENT_PEERS = ("softflowd", "nfpcapd")
CONCURRENT_TURNS = 4  # of the most flows; fewer flows take more turns, for as many packets
COUNTED_IN_MEBIBYTES = 1024  # ru_maxrss is in KiB


class Run(NamedTuple):
    """What one run cost."""

    cpu_s: float
    rss_mb: float


Costs = dict[str, Run]
"""By program."""


class Bench:
    """Runs programs on captures in a scratch folder."""

    def __init__(self, scratch: Path, python: str, runs: int, chosen: Iterable[str] | None) -> None:
        self._scratch, self._runs = scratch, runs
        self._ours = peers.ours(scratch)
        self._collector = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)  # full soon: the rest is dropped
        self._collector.bind(("127.0.0.1", 0))
        others = peers.others(python, scratch, f"127.0.0.1:{self._collector.getsockname()[1]}")
        wanted = others.keys() if chosen is None else {"cat", *chosen} & others.keys()
        self._others = {
            name: others[name] for name in others if name in wanted and peers.installed(others[name])
        }
        for name in sorted(wanted - self._others.keys()):
            print(f"{name} is not installed: left out")

    def measure(self, capture: Path, packets: int, names: Iterable[str] | None = None) -> Costs:
        """Return the median cost of our programs and the others named, on the whole capture."""
        programs = self._ours | self._others
        programs = {
            name: programs[name] for name in (programs if names is None else names) if name in programs
        }
        seen: dict[str, list[Run]] = {name: [] for name in programs}
        for _ in range(self._runs):
            for name, program in list(programs.items()):
                run = self._run(program, capture, packets)
                if run is None:
                    print(f"{name} failed on {capture.name}: left out there")
                    del programs[name], seen[name]
                else:
                    seen[name].append(run)
        return {
            name: Run(statistics.median(run.cpu_s for run in costs), max(run.rss_mb for run in costs))
            for name, costs in seen.items()
        }

    def _run(self, program: Program, capture: Path, packets: int) -> Run | None:
        """Return what the program costs on the capture, scaled up where it reads a prefix."""
        for store in self._scratch.glob("replay.db*"):
            store.unlink()
        if not program.prefix or program.prefix >= packets:
            return timed([*program.command, str(capture)])
        first = timed([*program.command, str(self._prefix(capture, FIRST_PACKETS))])
        run = timed([*program.command, str(self._prefix(capture, program.prefix))])
        if first is None or run is None:
            return None
        steady_s = max(run.cpu_s - first.cpu_s, 0) / (program.prefix - FIRST_PACKETS)
        return Run(first.cpu_s + steady_s * packets, run.rss_mb)

    def _prefix(self, capture: Path, packets: int) -> Path:
        path = self._scratch / f"{capture.stem}-first-{packets}.pcap"
        return path if path.exists() else peers.prefix(capture, packets, path)


def timed(command: list[str]) -> Run | None:
    """Run the command; return its CPU time and memory, its children's included, None where it failed."""
    with open(os.devnull, "wb") as nowhere:
        process = subprocess.Popen(command, stdout=nowhere, stderr=nowhere)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        return None
    return Run(max(usage.ru_utime + usage.ru_stime, 1e-3), usage.ru_maxrss / COUNTED_IN_MEBIBYTES)


def made(shape: str, number: int, path: Path, *more: str) -> int:
    """Make a capture; return its packets. Another process does it, since what is started from a process of
    this one's size would show its memory as its own."""
    command = [
        sys.executable,
        str(Path(__file__).with_name("captures.py")),
        shape,
        str(number),
        str(path),
        *more,
    ]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def packets_in(capture: Path, scratch: Path) -> int:
    """Return how many packets our meter counts, which also brings the file into the page cache."""
    subprocess.run(["cat", str(capture)], check=True, stdout=subprocess.DEVNULL)  # the meter skips some pages
    command = [*peers.meter(scratch).command, str(capture)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def figures(results: dict[str, Costs], packets: dict[str, int], rss_mb: float) -> list[str]:
    """Return the lines that other programs read."""
    lines = []
    compared = [("meter", name, "meter") for name in peers.others("", Path(), "")]
    compared += [("sensor", name, "sensor") for name in ("ndpireader", "nfstream20")]
    compared.append(("replay", "nfstream20", "pipeline"))
    for our, name, title in compared:
        ratios = [
            costs[name].cpu_s / costs[our].cpu_s for costs in results.values() if {our, name} <= costs.keys()
        ]
        if ratios and (our, name) != ("meter", "nfstream20"):
            lines.append(f"{title}_vs_{name.removesuffix('20')}: {min(ratios):.2f}")
    for our in ("meter", "sensor"):
        rate = min(packets[name] / costs[our].cpu_s for name, costs in results.items())
        lines.append(f"{our}_packets_per_s: {rate:.0f}")
    return [*lines, f"rss_mb: {rss_mb:.0f}"]


def crowded_figures(crowded: dict[int, Costs]) -> list[str]:
    """Return how many times faster our meter is where so many flows are open at once."""
    return [
        f"meter_vs_{name}_at_{flows}_flows: {costs[name].cpu_s / costs['meter'].cpu_s:.2f}"
        for flows, costs in crowded.items()
        for name in CONCURRENT_PEERS
        if name in costs
    ]


def shapes(bench: Bench, scratch: Path, paths: list[Path]) -> tuple[dict[str, Costs], dict[str, int]]:
    """Return the costs of every program on these captures, and the packets in each."""
    packets = {path.name: packets_in(path, scratch) for path in paths}
    return {path.name: bench.measure(path, packets[path.name]) for path in paths}, packets


def growth(bench: Bench, scratch: Path, base: int) -> dict[int, Costs]:
    """Return what our meter costs on 1, 4 and 16 times the packets, by packets."""
    found = {}
    for times in GROWTH:
        path = scratch / "growth.pcap"
        packets = made("iot", base * times, path)
        packets_in(path, scratch)
        found[packets] = bench.measure(path, packets, ("meter",))
        path.unlink()
    return found


def concurrent(bench: Bench, scratch: Path, numbers: list[int]) -> dict[int, Costs]:
    """Return what so many flows at once cost, by flows; every capture has as many packets."""
    found = {}
    for flows in numbers:
        path = scratch / f"flows-{flows}.pcap"
        turns = CONCURRENT_TURNS * max(numbers) // flows
        packets = made("flows", flows, path, "--turns", str(turns))
        packets_in(path, scratch)
        found[flows] = bench.measure(path, packets, ("meter", *CONCURRENT_PEERS))
        path.unlink()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("capture", nargs="*", type=Path)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--packets", type=int, default=PACKETS, help="of iot.pcap (default: %(default)s)")
    parser.add_argument("--peers", nargs="*", help="only these programs of others (default: all)")
    parser.add_argument(
        "--peer-python", default=sys.executable, help="the Python that has nfstream and others"
    )
    parser.add_argument("--write", type=Path, help="also write the page there, and its plots beside it")
    options = parser.parse_args()
    load = f"{os.getloadavg()[0]:.1f}"
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    larger: dict[int, Costs] = {}
    crowded: dict[int, Costs] = {}
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        bench = Bench(scratch, options.peer_python, options.runs, options.peers)
        paths = options.capture
        if not paths:
            paths = [scratch / "iot.pcap", scratch / "bulk.pcap"]
            made("iot", options.packets, paths[0])
            made("bulk", options.packets // 2, paths[1])
        results, packets = shapes(bench, scratch, paths)
        if not options.capture:
            part = options.packets / PACKETS  # a smaller run is smaller throughout
            larger = growth(bench, scratch, int(GROWTH_PACKETS * part))
            crowded = concurrent(bench, scratch, [max(10, int(number * part)) for number in CONCURRENT])
    every = [costs["meter"].rss_mb for found in (results, larger, crowded) for costs in found.values()]
    lines = [*crowded_figures(crowded), *figures(results, packets, max(every))]
    load += f" when the runs began and {os.getloadavg()[0]:.1f} when they ended"
    text = meter_page.page(load, options.runs, results, packets, larger, crowded, lines)
    print(text)
    print("\n".join(lines))
    if options.write:
        options.write.write_text(text)
        for name, plot in meter_page.plots(results, packets, larger, crowded).items():
            (options.write.parent / name).write_text(plot)


if __name__ == "__main__":
    main()
