"""One simulated home on disk (docs/simulator.md): `python -m tests.household.simulator OUT --seed N`.

Writes `OUT/records.jsonl`, `OUT/truth.jsonl` (one line for each update and change), `OUT/parties.csv` (who
owns the domains) and `OUT/countries.csv` (where the addresses are).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from sensor.records import to_json
from tests.household.simulation.flows import read_profiles
from tests.household.simulation.home import DAYS, Home, Lived, build, live
from tests.household.simulation.shape import SHAPES


def write(home: Home, lived: Lived, out: Path) -> None:
    """Write what `live` gave for a home into a folder."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "records.jsonl").write_text("".join(to_json(record) + "\n" for record in lived.records))
    (out / "truth.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lived.truth))
    with (out / "parties.csv").open("w", newline="") as table:
        home.world.write_table(table)
    rows = lived.countries.rows()
    (out / "countries.csv").write_text("".join(f"{prefix},{country}\n" for prefix, country in rows))


def main() -> None:
    """Write one home."""
    parser = argparse.ArgumentParser(prog="python -m tests.household.simulator", description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--days", type=int, default=DAYS)
    parser.add_argument("--drift", type=float, default=1.0)
    parser.add_argument("--shape", choices=sorted(SHAPES), default="plain")
    parser.add_argument("--flows", type=Path, help="a table of periodic flows: further kinds of devices")
    options = parser.parse_args()
    more = read_profiles(options.flows) if options.flows else ()
    home = build(options.seed, options.drift, options.days, options.shape, more)
    write(home, live(home), options.out)


if __name__ == "__main__":
    main()
