"""Command line of the generator: writes the demonstration home's months as JSON lines."""

from __future__ import annotations

import argparse
import gzip
from pathlib import Path

from sensor.records import to_json
from tests.household.generate import DAYS, END, generate


def main() -> None:
    """Write the record lines to the file named; gzip when it ends in .gz (same input, same bytes)."""
    parser = argparse.ArgumentParser(prog="python -m tests.household", description=__doc__)
    parser.add_argument("out", type=Path, help="OUT.jsonl or OUT.jsonl.gz")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--days", type=int, default=DAYS)
    parser.add_argument("--end", type=float, default=END, help="last moment, UTC epoch seconds")
    options = parser.parse_args()
    records = generate(options.seed, options.days, options.end)
    text = "".join(to_json(record) + "\n" for record in records).encode()
    if options.out.suffix == ".gz":
        text = gzip.compress(text, compresslevel=6, mtime=0)
    options.out.write_bytes(text)
    print(f"{len(records)} records of {options.days} days in {options.out}")


if __name__ == "__main__":
    main()
