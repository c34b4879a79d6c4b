"""How long exports take, how large they are, how much memory they need, and whether others count the same.

usage: python -m benchmarks.export [--flows 10000000] [--days 60] [--folder DIR] [--seed 1]
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from benchmarks.flowsource import DAY_S, store_with

COMMAND = [sys.executable, "-c", "import sys; from appliance.cli import main; sys.exit(main(sys.argv[1:]))"]
START = 19_700 * DAY_S
CHECKED_S = 6 * 3_600.0
"""Span whose flows tshark and nfcapd count: tshark takes 20 seconds for 40,000 flows."""


class Ran(NamedTuple):
    """A command that ended well."""

    seconds: float
    cpu_s: float
    rss_mb: float


def run(*args: str) -> Ran:
    """Run the command in a process of its own."""
    begin = time.perf_counter()
    process = subprocess.Popen([*COMMAND, *args], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"`tattlebox {' '.join(args)}` ended with {process.returncode}")
    return Ran(time.perf_counter() - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def say(name: str, value: float | int | str) -> None:
    """Print one figure."""
    print(f"{name}: {value:.1f}" if isinstance(value, float) else f"{name}: {value}", flush=True)


def measure(store: Path, folder: Path, flows: int, suffix: str = "") -> None:
    """Export all flows in each format."""
    for name, form, more in (
        ("parquet", "parquet", []),
        ("parquet_ids", "parquet", ["--ids"]),
        ("csv", "csv", []),
        ("zeek", "zeek", []),
        ("ipfix", "ipfix", []),
        ("jsonl", "jsonl", []),
    ):
        out = folder / f"{name}.out"
        ran = run("export", "flows", "--format", form, "--store", str(store), "--out", str(out), *more)
        say(f"{name}{suffix}_s", ran.seconds)
        say(f"{name}{suffix}_cpu_s", ran.cpu_s)
        say(f"{name}{suffix}_bytes_per_flow", out.stat().st_size / flows)
        say(f"{name}{suffix}_rss_mb", ran.rss_mb)
        out.unlink()


def by_tshark(file: Path) -> int | None:
    """Return the flows that tshark decodes in an IPFIX file."""
    if shutil.which("tshark") is None:
        return None
    command = ["tshark", "-r", str(file), "-T", "fields", "-e", "cflow.srcport", "-E", "occurrence=a"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return sum(len(line.split(",")) for line in said.split("\n") if line)


def by_nfcapd(store: Path, folder: Path, span: list[str]) -> int | None:
    """Return the flows that nfcapd takes from a collector's socket."""
    if shutil.which("nfcapd") is None:
        return None
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    taken = folder / "nf"
    taken.mkdir()
    command = ["nfcapd", "-b", "127.0.0.1", "-p", str(port), "-w", str(taken), "-t", "3600", "-B", "8000000"]
    collector = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(1)
    run(
        "export",
        "flows",
        "--format",
        "ipfix",
        "--store",
        str(store),
        "--out",
        f"udp://127.0.0.1:{port}",
        *span,
    )
    time.sleep(1)
    collector.send_signal(signal.SIGTERM)
    collector.wait()
    said = subprocess.run(
        ["nfdump", "-R", str(taken), "-I"], capture_output=True, text=True, check=True
    ).stdout
    return next(int(line.split(": ")[1]) for line in said.splitlines() if line.startswith("Flows: "))


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flows", type=int, default=10_000_000)
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as scratch:
        folder = Path(scratch)
        store = folder / "home.db"
        # In a process of its own: a child's peak memory counts from what its parent had.
        made = multiprocessing.get_context("spawn").Process(
            target=store_with, args=(store, options.flows, options.days, options.seed, START)
        )
        made.start()
        made.join()
        say("flows", options.flows)
        say("store_bytes_per_flow", store.stat().st_size / options.flows)
        measure(store, folder, options.flows)
        span = ["--from", str(START), "--to", str(START + CHECKED_S)]
        out = folder / "checked.csv"
        run("export", "flows", "--format", "csv", "--store", str(store), "--out", str(out), *span)
        say("checked_flows", out.read_bytes().count(b"\n") - 1)
        out = folder / "checked.ipfix"
        run("export", "flows", "--format", "ipfix", "--store", str(store), "--out", str(out), *span)
        for name, found in (("tshark", by_tshark(out)), ("nfcapd", by_nfcapd(store, folder, span))):
            say(f"{name}_flows", "not installed" if found is None else found)
        ran = run("archive", "--store", str(store))
        say("archive_s", ran.seconds)
        say("archive_rss_mb", ran.rss_mb)
        files = list((folder / "home-archive").glob("*.parquet"))
        say("archive_files", len(files))
        measure(store, folder, options.flows, "_archived")


if __name__ == "__main__":
    main()
