"""A year of a home at default retention: how large it becomes, and what is written to the card each day.

Each simulated day goes through the service itself, committed as a live one commits, by capture time; each
night the archive runs. Bytes written are the kernel's count for this process and the archive's (/proc/PID/io
write_bytes: whole pages, the write-ahead log and its checkpoints included, the file system's journal not).

A run of fewer days than a year tells the year from what a day adds once retention is at work: the archived
flows, and every table but those that hold a fixed number of days (BOUNDED), which come and go with busy days.

usage: python -m benchmarks.retention [--devices 40] [--flows-a-device 1000] [--days 365] [--commit-s 60]
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from appliance.cli.live import COMMIT_S, SOON_S
from appliance.home import Home
from appliance.lookup.knowledge import load_knowledge
from appliance.service import Service
from appliance.store import catalogue
from appliance.store.database import open_for_reading
from appliance.store.writer import Writer
from benchmarks.homesource import DAY_S, HomeSource
from sensor.records import Record

COMMAND = [sys.executable, "-c", "import sys; from appliance.cli import main; sys.exit(main(sys.argv[1:]))"]
START = 19_700 * DAY_S
YEAR_DAYS = 365
MB = 1e6
BOUNDED = ("flow", "flow_by_ts", "observation", "observation_by_until")
"""Tables and indexes that hold as many days as retention lets them (appliance/settings.py)."""


class Sensor:
    """A source that keeps nothing to be sent again."""

    position = ("benchmark", 1)

    def stored(self) -> None:
        """Nothing to do."""


class Day(NamedTuple):
    """What one day and its night came to."""

    lived_bytes: int  # written by the service
    night_bytes: int  # written by the archive
    store_bytes: int  # at its end
    archive_bytes: int
    lasting_bytes: int  # of the store, in tables that are not BOUNDED

    @property
    def total_bytes(self) -> int:
        return self.store_bytes + self.archive_bytes


def written_bytes() -> int:
    """Return the bytes this process has caused to be written."""
    lines = Path("/proc/self/io").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("write_bytes"))


def live_day(service: Service, records: list[Record], commit_s: float) -> None:
    """Take one day in as `tattlebox run` does."""
    committed = looked = records[0].ts
    for record in records:
        now = record.ts + getattr(record, "duration_s", 0.0)
        if now - looked >= min(SOON_S, commit_s):
            looked = now
            if now - committed >= commit_s or service.pressing:
                service.commit()
                committed = now
        service.take((record,))


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
        self._store, self._commit_s = store, options.commit_s
        flows = options.devices * options.flows_a_device
        self._source = HomeSource(options.devices, flows, options.seed)
        self._writer = Writer(store)
        self._service = Service(Home(load_knowledge()), self._writer, source=Sensor())  # type: ignore[arg-type]
        self._writer.commit(origin="live")

    def day(self, number: int) -> Day:
        """Live one day and the night after it."""
        before = written_bytes()
        live_day(self._service, self._source.day(number, START + number * DAY_S), self._commit_s)
        lived = written_bytes() - before
        night = archive(self._store)
        archived = sum(path.stat().st_size for path in archive_files(self._store))
        return Day(lived, night, self._store.stat().st_size, archived, lasting_bytes(self._store))

    def end(self) -> None:
        """Close the store."""
        self._writer.close()


def lasting_bytes(store: Path) -> int:
    """Return what the tables of a store that are not BOUNDED take."""
    query = f"SELECT sum(pgsize) FROM dbstat WHERE name NOT IN ({', '.join('?' * len(BOUNDED))})"  # noqa: S608
    with closing(open_for_reading(store)) as db:
        return int(db.execute(query, BOUNDED).fetchone()[0])


def archive_files(store: Path) -> list[Path]:
    """Return the archived files of a store."""
    return list(store.with_name("home-archive").glob("*.parquet"))


def figures(days: list[Day], flows: int) -> dict[str, float]:
    """Return the figures; those of a day are means over the days on which retention is at work."""
    steady = [day for day in days if day.archive_bytes][1:] or days
    first, last, between = steady[0], steady[-1], max(1, len(steady) - 1)
    archived = (last.archive_bytes - first.archive_bytes) / between
    lasting = (last.lasting_bytes - first.lasting_bytes) / between
    lived = sum(day.lived_bytes for day in steady) / len(steady)
    night = sum(day.night_bytes for day in steady) / len(steady)
    left = max(0, YEAR_DAYS - len(days))
    year = {"year_mb": (last.total_bytes + (archived + lasting) * left) / MB}
    return {
        "store_mb": days[-1].store_bytes / MB,
        "archive_mb": days[-1].archive_bytes / MB,
        "archive_bytes_per_flow": days[-1].archive_bytes / max(1, flows),
        "total_mb": days[-1].total_bytes / MB,
        "archive_grows_mb_a_day": archived / MB,
        "tables_grow_mb_a_day": lasting / MB,
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
    parser.add_argument("--commit-s", type=float, default=COMMIT_S)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="on the disk to be measured (default: /tmp)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as made:
        store = Path(made) / "home.db"
        life, days = Life(store, options), list[Day]()
        for number in range(options.days):
            days.append(life.day(number))
            if number % 5 == 4:
                said = f"{days[-1].total_bytes / MB:.0f} MB, {days[-1].lived_bytes / MB:.0f} MB written"
                print(f"day {number + 1}: {said}", file=sys.stderr, flush=True)
        life.end()
        with closing(open_for_reading(store)) as db:
            archived = sum(file.flows for file in catalogue.files(db))
    print(f"flows_a_day: {options.devices * options.flows_a_device}")
    print(f"days: {options.days}")
    for name, value in figures(days, archived).items():
        print(f"{name}: {value:.1f}")


if __name__ == "__main__":
    main()
