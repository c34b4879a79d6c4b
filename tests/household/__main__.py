"""Command line of the generator: writes the demonstration home's months as JSON lines."""

from __future__ import annotations

import argparse
import gzip
import sys
from collections.abc import Sequence
from pathlib import Path

from sensor.offline import capture_records
from sensor.records import Record, to_json
from tests.household.generate import DAYS, END, generate
from tests.household.shift import shift_to_end

TODAY_S = 900.0
"""The generated months end a quarter of an hour before the capture does: longer than any flow's timeout."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the record lines to the file named; gzip when it ends in .gz (same input, same bytes)."""
    parser = argparse.ArgumentParser(prog="python -m tests.household", description=__doc__)
    parser.add_argument("out", type=Path, help="OUT.jsonl or OUT.jsonl.gz")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--days", type=int, default=DAYS)
    parser.add_argument("--end", type=float, default=END, help="last moment, UTC epoch seconds")
    parser.add_argument("--today", type=Path, help="capture of the same home: becomes the last minutes")
    options = parser.parse_args(arguments)
    today = _captured(options.today, options.end) if options.today else []
    records = generate(options.seed, options.days, options.end, TODAY_S if today else 0.0) + today
    text = "".join(to_json(record) + "\n" for record in records).encode()
    if options.out.suffix == ".gz":
        text = gzip.compress(text, compresslevel=6, mtime=0)
    options.out.write_bytes(text)
    print(f"{len(records)} records of {options.days} days in {options.out}")


def _captured(capture: Path, end: float) -> list[Record]:
    """Return the records of a capture, moved so that they end at `end`."""
    records = list(capture_records([capture], lambda error: sys.exit(str(error))))
    return shift_to_end(records, end)


if __name__ == "__main__":
    main()
