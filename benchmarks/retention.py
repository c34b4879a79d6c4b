"""A year of a home at default retention: how large it becomes, and what is written to the card each day.

Each simulated day goes through the store's own writer, committed as often as a live service commits, with the
hourly sums and what was read of flows; each night the archive runs. Bytes written are the kernel's count for
this process and the archive's (/proc/PID/io write_bytes: whole pages, the write-ahead log and its checkpoints
included; the file system's own journal is not).

usage: python benchmarks/retention.py [--devices 40] [--flows-a-device 1000] [--days 365] [--commit-s 5]
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

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
    commit, checkpoint = flows[0].ts + commit_s, flows[0].ts + CHECKPOINT_S
    for flow in flows:
        if flow.ts >= commit:
            touched = [Sighting(*key, 1, *sums) for key, sums in hours.items()]
            for sighting in touched:
                writer.add(sighting)
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
            sums = hours.setdefault((flow.device, flow.domain, int(flow.ts // 3600)), [0, 0, 0])
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


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=40)
    parser.add_argument("--flows-a-device", type=int, default=1000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--commit-s", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    draw, source = random.Random(options.seed), household_days()
    count = options.devices * options.flows_a_device
    with tempfile.TemporaryDirectory(dir=options.folder) as made:
        store = Path(made) / "home.db"
        writer = Writer(store)
        writer.commit(origin="live", first_ts=START)
        seq, by_day, nightly, begin = 0, [], [], time.monotonic()
        for day in range(options.days):
            before = written_bytes()
            told = tell_again(source[day % (len(source) - 1)], count, draw, START + day * DAY_S)
            houses = [
                flow._replace(device=f"{flow.device}{n % (options.devices // 8)}" if flow.device else None)
                for n, flow in enumerate(told)
            ]
            seq = live_day(writer, houses, seq, options.commit_s)
            by_day.append(written_bytes() - before)
            nightly.append(archive(store))
            if day % 30 == 29:
                print(f"day {day + 1}, {time.monotonic() - begin:.0f} s", file=sys.stderr, flush=True)
        writer.close()
        folder = store.with_name("home-archive")
        archived = sum(path.stat().st_size for path in folder.glob("*.parquet"))
        with closing(open_for_reading(store)) as db:
            files = catalogue.files(db)
            tables = (
                dict(db.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name").fetchall())
                if _dbstat(db)
                else {}
            )
        steady = by_day[len(by_day) // 2 :]
        night = nightly[len(nightly) // 2 :]
        print(f"flows_a_day: {count}")
        print(f"commit_s: {options.commit_s:.0f}")
        for name, size in sorted(tables.items(), key=lambda item: -item[1])[:6]:
            print(f"table_{name}_mb: {size / 1e6:.1f}")
        print(f"store_mb: {store.stat().st_size / 1e6:.1f}")
        print(f"archive_mb: {archived / 1e6:.1f}")
        print(f"archive_bytes_per_flow: {archived / max(1, sum(file.flows for file in files)):.1f}")
        print(f"days: {options.days}")
        print(f"total_mb: {(store.stat().st_size + archived) / 1e6:.1f}")
        print(f"written_by_service_mb_a_day: {sum(steady) / len(steady) / 1e6:.1f}")
        print(f"written_by_archive_mb_a_day: {sum(night) / len(night) / 1e6:.1f}")
        print(f"written_mb_a_day: {(sum(steady) + sum(night)) / len(steady) / 1e6:.1f}")


def _dbstat(db: object) -> bool:
    try:
        db.execute("SELECT 1 FROM dbstat LIMIT 1")  # type: ignore[attr-defined]
    except Exception:  # noqa: BLE001 - SQLite without dbstat
        return False
    return True


if __name__ == "__main__":
    main()
