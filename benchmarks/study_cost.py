"""What a study costs: python benchmarks/study_cost.py [--homes N] [--days D] [--place SHELF] [--write PAGE]

Made-up homes (study/homes.py) hand in their days, the study takes them in, both engines answer every
question. Prints what it measured, figures last. Sizes are of files on disk, times of one core.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

from study import ask
from study.homes import Home, hand_in, models
from study.intake import take_in
from study.shelf import open_shelf

LARGE = 100_000
ENGINES = {"duckdb": ask.ask_duckdb, "clickhouse": ask.ask_clickhouse}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--homes", type=int, default=1_000)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--place", help="an object store, s3://HOST:PORT/BUCKET (default: a folder)")
    parser.add_argument("--write", type=Path, help="also write the page of figures there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        lines = measure(options, Path(folder))
    print("\n".join(lines))
    if options.write:
        options.write.write_text(page(options, lines))


def measure(options: argparse.Namespace, folder: Path) -> list[str]:
    """Return the figures, one `name: value` a line."""
    shelf, world = open_shelf(options.place or str(folder / "shelf")), models(1)
    sent, began = 0, time.process_time()
    for number in range(options.homes):
        home = Home(number, world, 1)
        sent += sum(hand_in(home, day, shelf, "figures") for day in range(options.days))
    made_s = time.process_time() - began
    began = time.process_time()
    taken = take_in(shelf, folder / "lake", "figures")
    intake_s = time.process_time() - began
    days = options.homes * options.days
    lake_bytes = sum(path.stat().st_size for path in (folder / "lake").rglob("*.parquet"))
    lines = [
        f"homes: {options.homes}",
        f"days_taken_in: {taken.accepted}",
        f"rows: {taken.rows}",
        f"sent_bytes_per_home_day: {sent / days:.0f}",
        f"lake_bytes_per_home_day: {lake_bytes / days:.0f}",
        f"made_and_sent_ms_per_home_day: {made_s / days * 1000:.2f}",
        f"intake_ms_per_home_day: {intake_s / days * 1000:.2f}",
    ]
    for name in ask.names():
        answers = {}
        for engine, run in ENGINES.items():
            began = time.perf_counter()
            answers[engine] = run(folder / "lake", ask.text(name, ask.DEFAULT_K))
            lines.append(f"{name}_{engine}_s: {time.perf_counter() - began:.2f}")
        lines.append(f"{name}_rows: {len(answers['duckdb'].rows)}")
    return lines


def page(options: argparse.Namespace, lines: list[str]) -> str:
    """Return the page: the figures, and what they come to for many homes."""
    figures = {name: float(value) for name, value in (line.split(": ") for line in lines)}
    per_day = figures["lake_bytes_per_home_day"]
    year_gb = per_day * LARGE * 365 / 1e9
    puts = 2 * LARGE * 365
    intake_h = figures["intake_ms_per_home_day"] * LARGE / 1000 / 3600
    table = "\n".join(f"| {name} | {value} |" for name, value in (line.split(": ") for line in lines))
    return f"""# What a study costs

Made by `python benchmarks/study_cost.py --homes {options.homes} --days {options.days}
--write docs/study-figures.md` on a machine of {os.cpu_count()} cores; nothing here is typed in by hand.

| figure | value |
|---|---|
{table}

## {LARGE:,} homes for a year, from these figures

| what | how much |
|---|---|
| storage | {year_gb:,.0f} GB of Parquet |
| requests that write | {puts:,} (a file and its manifest, once a day) |
| intake | {intake_h:.1f} core hours a day |
| a question over 30 days | about {LARGE / options.homes:,.0f} times the rows asked here |

In money: GB of storage times its price a month, requests times their price, core hours times theirs. No price
is given here: they differ, and change. Beyond one machine's disk and memory the same SQL runs on a ClickHouse
server over the same files.
"""


if __name__ == "__main__":
    main()
