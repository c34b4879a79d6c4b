"""One simulated home on disk (docs/simulator.md): `python -m tests.household.simulator OUT --seed N`.

Writes `OUT/records.jsonl`, `OUT/truth.jsonl` (one line for each update and change), `OUT/parties.csv` (who
owns the domains) and `OUT/countries.csv` (where the addresses are). With `--pcap FILE` a span of it is
written as packets, too, and the record lines of just that span beside them (`.jsonl` for its ending).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from pathlib import Path

from sensor.records import Record, to_json
from tests.household.simulation import packets
from tests.household.simulation.family import DAY_S
from tests.household.simulation.flows import read_profiles
from tests.household.simulation.hello import by_fingerprint
from tests.household.simulation.home import DAYS, Home, Lived, build, identity, live
from tests.household.simulation.shape import SHAPES


def write(home: Home, lived: Lived, out: Path) -> None:
    """Write what `live` gave for a home into a folder."""
    out.mkdir(parents=True, exist_ok=True)
    _write_records(out / "records.jsonl", lived.records)
    (out / "truth.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lived.truth))
    with (out / "parties.csv").open("w", newline="") as table:
        home.world.write_table(table)
    rows = lived.countries.rows()
    (out / "countries.csv").write_text("".join(f"{prefix},{country}\n" for prefix, country in rows))


def write_span(home: Home, lived: Lived, capture: Path, begin: float, until: float) -> None:
    """Write the packets of a span, and its record lines beside them."""
    rows = packets.span(lived.records, begin, until)
    clients = by_fingerprint(client for device in home.devices for client in identity(device).clients)
    with capture.open("wb") as out:
        out.writelines(packets.capture(rows, clients))
    _write_records(capture.with_suffix(".jsonl"), rows)


def _write_records(path: Path, records: Iterable[Record]) -> None:
    path.write_text("".join(to_json(record) + "\n" for record in records))


def main() -> None:
    """Write one home."""
    parser = argparse.ArgumentParser(prog="python -m tests.household.simulator", description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--days", type=int, default=DAYS)
    parser.add_argument("--drift", type=float, default=1.0)
    parser.add_argument("--shape", choices=sorted(SHAPES), default="plain")
    parser.add_argument("--flows", type=Path, help="a table of periodic flows: further kinds of devices")
    parser.add_argument("--pcap", type=Path, metavar="FILE", help="write a span as packets there")
    parser.add_argument(
        "--from-day", type=float, default=1.0, help="begin of the span, days after the home's (1)"
    )
    parser.add_argument("--hours", type=float, default=1.0, help="length of the span (1)")
    options = parser.parse_args()
    more = read_profiles(options.flows) if options.flows else ()
    home = build(options.seed, options.drift, options.days, options.shape, more)
    lived = live(home)
    write(home, lived, options.out)
    if options.pcap:
        begin = home.start + options.from_day * DAY_S
        write_span(home, lived, options.pcap, begin, begin + options.hours * 3_600)


if __name__ == "__main__":
    main()
