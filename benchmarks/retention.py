"""A year of a home at default retention: how large it becomes, and what is written to the card each day.

Each simulated day goes through the store's own writer, committed as often as a live service commits, with the
hourly sums and what was read of flows; each night the archive runs. Bytes written are the kernel's count for
this process and the archive's (/proc/PID/io write_bytes: whole pages, the write-ahead log and its checkpoints
included; the file system's own journal is not).

A run of fewer days than a year tells the year from how much a day adds once retention is at work.

usage: python benchmarks/retention.py [--devices 40] [--flows-a-device 1000] [--days 365] [--commit-s 5]
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from appliance.behaviour.facts import Sighting
from appliance.flowrow import FlowRow
from appliance.store import catalogue
from appliance.store.database import open_for_reading
from appliance.store.writer import Writer
from benchmarks.flowsource import DAY_S, household_days, tell_again
from sensor.records import DnsAnswer, DnsQuery, TlsClientHello

COMMAND = [sys.executable, "-c", "import sys; from appliance.cli import main; sys.exit(main(sys.argv[1:]))"]
START = 19_700 * DAY_S
CHECKPOINT_S = 900.0
YEAR_DAYS = 365
HOUSEHOLD = 8  # devices of the household whose flows are told again
MB = 1e6


class Day(NamedTuple):
    """What one day and its night came to."""

    lived_bytes: int  # written by the service
    night_bytes: int  # written by the archive
    store_bytes: int  # at its end
    archive_bytes: int

    @property
    def total_bytes(self) -> int:
        return self.store_bytes + self.archive_bytes


def written_bytes() -> int:
    """Return the bytes this process has caused to be written."""
    lines = Path("/proc/self/io").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("write_bytes"))


def observations(flow: FlowRow) -> list[DnsQuery | DnsAnswer | TlsClientHello]:
    """Return what is read of a flow, as often as in the household: 1.8 records a flow."""
    host = flow.server_name or "a.example"
    if flow.resp_p == 53:
        query = DnsQuery(flow.ts, flow.uid, flow.orig_mac, flow.orig_h, flow.resp_h, "udp", host, 1, ())
        answer = DnsAnswer(
            flow.ts + 0.02,
            flow.uid,
            flow.orig_mac,
            flow.orig_h,
            flow.resp_h,
            "udp",
            host,
            1,
            0,
            (),
            (flow.orig_h,),
            60,
        )
        return [query, answer]
    if flow.resp_p != 443:
        return []
    ja4 = "t13d1516h2_8daaf6152771_02713d6af862"
    return [
        TlsClientHello(
            flow.ts,
            flow.uid,
            flow.orig_mac,
            "tcp",
            flow.orig_h,
            flow.orig_p,
            flow.resp_h,
            443,
            host,
            ("h2",),
            (772,),
            ja4,
            False,
        )
    ]


def live_day(writer: Writer, flows: list[FlowRow], seq: int, commit_s: float) -> int:
    """Store one day as a live service does; return the last record's number."""
    hours: dict[tuple[str, str, int], list[int]] = {}
    grew: set[tuple[str, str, int]] = set()
    commit, checkpoint = flows[0].ts + commit_s, flows[0].ts + CHECKPOINT_S
    for flow in flows:
        if flow.ts >= commit:
            for key in sorted(grew):
                writer.add(Sighting(*key, 1, *hours[key]))
            grew.clear()
            writer.commit(last_ts=flow.ts, totals={"flows": seq})
            hours = {key: sums for key, sums in hours.items() if key[2] == int(flow.ts // 3600)}
            commit = flow.ts + commit_s
        if flow.ts >= checkpoint:
            states = [("names", f"d-{n:08x}", {"body": "x" * 1500}) for n in range(12)]
            writer.commit(states, checkpoint={"place": writer.place(), "last_ts": flow.ts})
            checkpoint = flow.ts + CHECKPOINT_S
        seq += 1
        writer.add(flow, seq)
        for record in observations(flow):
            seq += 1
            writer.add_observation((seq, flow.device, record))
        if flow.device and flow.domain:
            key = flow.device, flow.domain, int(flow.ts // 3600)
            grew.add(key)
            sums = hours.setdefault(key, [0, 0, 0])
            sums[0] += 1
            sums[1] += flow.orig_ip_bytes
            sums[2] += flow.resp_ip_bytes
    writer.commit(last_ts=flows[-1].ts, checkpoint={"place": writer.place(), "last_ts": flows[-1].ts})
    return seq


def archive(store: Path) -> int:
    """Run the archive in a process of its own; return the bytes it wrote, as the kernel counts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_oublock
    subprocess.run(
        [*COMMAND, "archive", "--store", str(store)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    return (resource.getrusage(resource.RUSAGE_CHILDREN).ru_oublock - before) * 512


class Life:
    """A home's store, lived day by day."""

    def __init__(self, store: Path, options: argparse.Namespace) -> None:
        self._store, self._options = store, options
        self._draw, self._source = random.Random(options.seed), household_days()
        self._writer, self._seq = Writer(store), 0
        self._writer.commit(origin="live", first_ts=START)

    def day(self, number: int) -> Day:
        """Live one day and the night after it."""
        options, before = self._options, written_bytes()
        told = tell_again(
            self._source[number % (len(self._source) - 1)],
            options.devices * options.flows_a_device,
            self._draw,
            START + number * DAY_S,
        )
        homes = max(1, options.devices // HOUSEHOLD)
        spread = [
            flow._replace(device=f"{flow.device}{n % homes}" if flow.device else None)
            for n, flow in enumerate(told)
        ]
        self._seq = live_day(self._writer, spread, self._seq, options.commit_s)
        lived = written_bytes() - before
        night = archive(self._store)
        archived = sum(path.stat().st_size for path in archive_files(self._store))
        return Day(lived, night, self._store.stat().st_size, archived)

    def end(self) -> None:
        """Close the store."""
        self._writer.close()


def archive_files(store: Path) -> list[Path]:
    """Return the archived files of a store."""
    return list(store.with_name("home-archive").glob("*.parquet"))


def figures(days: list[Day], flows: int) -> dict[str, float]:
    """Return the figures; those of a day are means over the days on which retention is at work."""
    steady = [day for day in days if day.archive_bytes][1:] or days
    grown = (steady[-1].total_bytes - steady[0].total_bytes) / max(1, len(steady) - 1)
    lived = sum(day.lived_bytes for day in steady) / len(steady)
    night = sum(day.night_bytes for day in steady) / len(steady)
    year = {"year_mb": (days[-1].total_bytes + grown * max(0, YEAR_DAYS - len(days))) / MB}
    return {
        "store_mb": days[-1].store_bytes / MB,
        "archive_mb": days[-1].archive_bytes / MB,
        "archive_bytes_per_flow": days[-1].archive_bytes / max(1, flows),
        "total_mb": days[-1].total_bytes / MB,
        "grows_mb_a_day": grown / MB,
        **(year if days[-1].archive_bytes else {}),
        "written_by_service_mb_a_day": lived / MB,
        "written_by_archive_mb_a_day": night / MB,
        "written_mb_a_day": (lived + night) / MB,
    }


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=40)
    parser.add_argument("--flows-a-device", type=int, default=1000)
    parser.add_argument("--days", type=int, default=YEAR_DAYS)
    parser.add_argument("--commit-s", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="on the disk to be measured (default: /tmp)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as made:
        store = Path(made) / "home.db"
        life, days = Life(store, options), list[Day]()
        for number in range(options.days):
            days.append(life.day(number))
            if number % 5 == 4:
                print(f"day {number + 1}: {days[-1].total_bytes / MB:.0f} MB", file=sys.stderr, flush=True)
        life.end()
        with closing(open_for_reading(store)) as db:
            archived = sum(file.flows for file in catalogue.files(db))
    print(f"flows_a_day: {options.devices * options.flows_a_device}")
    print(f"days: {options.days}")
    for name, value in figures(days, archived).items():
        print(f"{name}: {value:.1f}")


if __name__ == "__main__":
    main()
