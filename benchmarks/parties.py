"""Measure attribution against labelled (device, domain) pairs: `benchmarks/parties.py FOLDER [--show]`.

FOLDER holds `party.csv` with the columns device, domain, party ("first", "support", "third") and org. Every
row counts, also where one pair is labelled twice and differently. The labels know no local peer: a device
of the home stands there as "third", so our outcome "local" is compared as such.

Purpose is measured on our own list of hosts (tests/appliance/parties/purposes_labelled.csv).
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from appliance.lookup.knowledge import load_knowledge  # noqa: E402
from appliance.parties.attribution import Parties  # noqa: E402
from appliance.parties.party import Destination  # noqa: E402

PURPOSES = ROOT / "tests" / "appliance" / "parties" / "purposes_labelled.csv"

PRODUCT_VENDORS = {
    "amazon": "Amazon",
    "echo": "Amazon",
    "firetv": "Amazon",
    "fire": "Amazon",
    "homepod": "Apple",
    "appletv": "Apple",
    "ipad": "Apple",
    "google": "Google",
    "chromecast": "Google",
    "nest": "Nest",
    "ring": "Ring",
    "blink": "Blink",
    "brewer": "Behmor",
    "sousvide": "Anova",
    "ikettle": "Smarter",
    "smartlife": "Tuya",
    "philips": "Philips Hue",
    "hue": "Philips Hue",
    "wemo": "Belkin",
    "smartthings": "SmartThings",
    "icsee": "iCSee",
    "lightify": "Osram",
    "tradfri": "IKEA",
    "wansview": "Wansview",
    "roomba": "iRobot",
    "magichome": "Magic Home",
    "samsungtv": "Samsung",
    "lgtv": "LG",
    "firestick": "Amazon",
    "xbox": "Microsoft",
}
"""Product words of device names whose maker has another name. All other names begin with the maker's."""

_LAB_PREFIX = re.compile(r"^(?:t|uk|us)[-_]")  # "t-philips-hub": which lab or test bed


def vendor_of(device: str) -> str:
    """Return the vendor that `devices` would know: by product word, else the first words of the name."""
    name = _LAB_PREFIX.sub("", device.lower())
    for word, vendor in sorted(PRODUCT_VENDORS.items(), key=lambda item: -len(item[0])):
        if name.startswith(word):
            return vendor
    words = re.split(r"[-_ ]+", name)
    return " ".join(words[:-1]) if len(words) > 1 else name


def destination(name: str) -> Destination:
    """Return a destination of which only the name is known."""
    return Destination("", 0, "tcp", name, "dns")


def measure_roles(rows: list[dict[str, str]], parties: Parties, show: bool) -> dict[str, float]:
    """Return role accuracy over all rows and the share of support and third parties with a named owner."""
    right, named, wanted = 0, 0, 0
    confusion: Counter[tuple[str, str]] = Counter()
    for row in rows:
        party = parties.attribute(vendor_of(row["device"]), destination(row["domain"]))
        role = "third" if party.outcome == "local" else party.role
        confusion[row["party"], role] += 1
        right += role == row["party"]
        if party.outcome != "local" and row["party"] != "first":
            wanted += 1
            named += party.organisation is not None
        if show and role != row["party"]:
            print(f"{row['device']},{row['domain']}: label {row['party']}, we say {role}: {party.reason}")
    for (label, role), count in sorted(confusion.items()):
        print(f"label {label:8} we say {role:8} {count}")
    return {"role_accuracy": right / max(1, len(rows)), "organisation_coverage": named / max(1, wanted)}


def measure_purposes(parties: Parties, show: bool) -> float | None:
    """Return the share of labelled hosts whose purpose is right; None while there is no list."""
    if not PURPOSES.exists():
        return None
    rows = list(csv.DictReader(PURPOSES.open(encoding="utf-8", newline="")))
    right = 0
    for row in rows:
        party = parties.attribute(row["vendor"] or None, destination(row["host"]))
        right += party.purpose in row["purpose"].split("|")
        if show and party.purpose not in row["purpose"].split("|"):
            print(f"{row['host']}: label {row['purpose']}, we say {party.purpose}")
    return right / max(1, len(rows))


def measure_rate(parties: Parties, names: list[str], count: int = 40_000) -> tuple[float, float]:
    """Return attributions per second of ever new destinations, and of one that is known."""
    fresh = [destination(f"h{number}.{names[number % len(names)]}") for number in range(count)]
    started = time.perf_counter()
    for each in fresh:
        parties.attribute("Boxine", each)
    uncached = count / (time.perf_counter() - started)
    known = fresh[-1]
    started = time.perf_counter()
    for _ in range(10 * count):
        parties.attribute("Boxine", known)
    return uncached, 10 * count / (time.perf_counter() - started)


def main() -> int:
    """Print the figures, one `name: value` a line, last."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="holds party.csv")
    parser.add_argument("--packs", type=Path, help="folder of knowledge packs")
    parser.add_argument("--show", action="store_true", help="print each difference from the labels")
    options = parser.parse_args()
    labels = options.folder / "party.csv"
    if not labels.is_file():
        print(f"{labels}: no such file; expected a folder that holds party.csv", file=sys.stderr)
        return 2
    rows = list(csv.DictReader(labels.open(encoding="utf-8", newline="")))
    parties = Parties(load_knowledge(options.packs).parties)
    figures = measure_roles(rows, parties, options.show)
    purpose = measure_purposes(parties, options.show)
    if purpose is None:
        print("purpose_accuracy is left out: no labelled list of hosts")
    else:
        figures["purpose_accuracy"] = purpose
    names = [row["domain"].lstrip("*.") for row in rows if "." in row["domain"]] or ["example.com"]
    figures["attributions_per_s"], figures["cached_attributions_per_s"] = measure_rate(parties, names)
    for name, value in figures.items():
        print(f"{name}: {value:.4f}" if value < 10 else f"{name}: {value:.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
