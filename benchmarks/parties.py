"""Measure attribution against labelled (device, domain) pairs: `benchmarks/parties.py FOLDER [--show]`.

FOLDER holds `party.csv` with the columns device, domain, party ("first", "support", "third") and org. Every
row counts, also where one pair is labelled twice and differently. The labels know no local peer: a device
of the home stands there as "third", so our outcome "local" is compared as such.

Purpose is measured on `purposes.csv` of the folder (host, vendor, purpose), else on our own list of hosts
labelled from public documents; and on our other lists (docs/parties.md says which).

`catalogue_coverage` is the share of the toy makers' domains in our catalogue that are known as their own.
"""

from __future__ import annotations

import argparse
import csv
import ipaddress
import random
import re
import resource
import sys
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from appliance.devices.rows import split_list  # noqa: E402
from appliance.lookup.knowledge import load_knowledge  # noqa: E402
from appliance.lookup.knowledge_files import MAKER_COLUMNS, read_rows  # noqa: E402
from appliance.parties.attribution import Parties  # noqa: E402
from appliance.parties.knowledge import Geography, Maker  # noqa: E402
from appliance.parties.party import Destination  # noqa: E402

PURPOSES = ROOT / "tests" / "appliance" / "parties"
MORE = ("labelled", "unseen", "third", "services", "clients", "homes", "things", "ninth")
"""Lists beside the first, tests/appliance/parties/purposes_NAME.csv."""

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
    "iphone": "Apple",
    "cloudcam": "Amazon",
    "flexdot": "Amazon",
    "alexa": "Amazon",
    "kindle": "Amazon",
    "dropcam": "Nest",
    "dlink": "D-Link",
    "tplink": "TP-Link",
    "lightbulbslifx": "LIFX",
    "lifx": "LIFX",
    "invoke": "Invoke",
    "allure": "Allure",
    "harmankardon": "Harman",
    "insteon": "Insteon",
    "triby": "Triby",
    "pixstar": "Pix-Star",
    "withings": "Withings",
    "fridge": "Samsung",
    "dryer": "Samsung",
    "washer": "Samsung",
    "samsungsmartcam": "Samsung SmartCam",
    "smartcam": "Samsung SmartCam",
    "netcam": "Belkin",
    "netgeararlo": "Arlo",
    "microwave": "GE Appliances",
    "smartercoffee": "Smarter",
    "luohe": "Luohe",
    "nvidiashield": "Nvidia",
    "playstation": "PlayStation",
    "ps4": "PlayStation",
    "ps5": "PlayStation",
    "switchbot": "Switchbot",
    "chamberlain": "Chamberlain",
    "myq": "Chamberlain",
    "caseta": "Lutron",
    "micasaverde": "Vera",
    "mycloud": "Western Digital",
    "facebookportal": "Meta",
    "portal": "Meta",
    "magichome": "Magic Home",
    "samsungtv": "Samsung",
    "lgtv": "LG",
    "firestick": "Amazon",
    "xbox": "Microsoft",
    "galaxy": "Samsung",
    "familyhub": "Samsung",
    "macbook": "Apple",
    "imac": "Apple",
    "applewatch": "Apple",
    "flux": "Magic Home",
    "ge-": "GE Appliances",
    "hellobarbie": "Mattel",
    "harmonkardon": "Harman",
    "homebase": "eufy",
    "robovac": "eufy",
    "onhub": "Google",
    "pixel": "Google",
    "quest": "Meta",
    "tapo": "TP-Link",
    "kasa": "TP-Link",
    "deco": "TP-Link",
    "aria": "Fitbit",
    "soundtouch": "Bose",
    "deebot": "Ecovacs",
    "maxgateway": "eQ-3",
    "homematic": "eQ-3",
    "surface": "Microsoft",
    "bravia": "Sony",
    "trådfri": "IKEA",
    "toniebox": "Boxine",
    "yeelink": "Yeelight",
    "mi-": "Xiaomi",
    "lgwebos": "LG",
    "webos": "LG",
}
"""Product words of device names whose maker has another name. All other names begin with the maker's."""

_LONG_ENOUGH = 4  # of a maker's name that a word of a device's name begins with: "rokutv"
_CAMEL = re.compile(r"([a-z0-9])([A-Z])")
_LAB_PREFIX = re.compile(r"^(?:t|uk|us)[-_]", re.IGNORECASE)  # "t-philips-hub": which lab or test bed


def vendor_of(device: str, makers: Mapping[str, Maker]) -> str:
    """Return the vendor that `devices` would know, from a laboratory's name for a device.

    "t-philips-hub", "BelkinWeMoLink", "uk_echodot": the product word that the name begins with, else the
    longest beginning of its words that is a maker, else its first words.
    """
    name = _LAB_PREFIX.sub("", _CAMEL.sub(r"\1 \2", device)).lower()
    plain = re.sub(r"[^a-z0-9]+", "", name)
    for word, vendor in sorted(PRODUCT_VENDORS.items(), key=lambda item: -len(item[0])):
        if plain.startswith(word) or (word.endswith("-") and name.startswith(word)):
            return vendor
    words = [word for word in (part.rstrip("0123456789") for part in re.split(r"[-_ ]+", name)) if word]
    for end in range(len(words), 0, -1):
        if "".join(words[:end]) in makers:
            return " ".join(words[:end])
    begun = [key for key in makers if len(key) >= _LONG_ENOUGH and plain.startswith(key)]
    if begun:
        return max(begun, key=len)
    return " ".join(words[:-1]) if len(words) > 1 else name


def destination(name: str) -> Destination:
    """Return a destination of which only the name is known."""
    return Destination("", 0, "tcp", name, "dns")


def measure_roles(
    rows: list[dict[str, str]], parties: Parties, makers: Mapping[str, Maker], show: bool
) -> dict[str, float]:
    """Return role accuracy over all rows and the share of support and third parties with a named owner."""
    right, named, wanted = 0, 0, 0
    confusion: Counter[tuple[str, str]] = Counter()
    for row in rows:
        vendor = vendor_of(row["device"], makers)
        party = parties.attribute(vendor, destination(row["domain"]))
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


def measure_purposes(path: Path, parties: Parties, show: bool) -> tuple[float, float]:
    """Return the shares of a list's hosts whose purpose is right, and wrong; the rest we say nothing of.

    "a|b" in the label: either will do.
    """
    rows = list(csv.DictReader(path.open(encoding="utf-8", newline="")))
    right, wrong = 0, 0
    for row in rows:
        said = parties.attribute(row["vendor"] or None, destination(row["host"])).purpose
        right += said in row["purpose"].split("|")
        wrong += said is not None and said not in row["purpose"].split("|")
        if show and said not in row["purpose"].split("|"):
            print(f"{row['host']}: label {row['purpose']}, we say {said}")
    return right / max(1, len(rows)), wrong / max(1, len(rows))


def measure_catalogue(parties: Parties) -> float:
    """Return the share of the toy makers' domains that are known as that maker's own."""
    makers = read_rows("makers.csv", MAKER_COLUMNS)
    domains = [(row["maker"], name) for row in makers for name in split_list(row["domains"])]
    known = [parties.attribute(maker, destination(name)) for maker, name in domains]
    return sum(party.role == "first" and party.organisation is not None for party in known) / len(known)


def measure_rate(parties: Parties, names: list[str], count: int = 40_000) -> tuple[float, float]:
    """Return attributions per second of processor time: of new names at new addresses, and of a known one."""
    draw = random.Random(7)
    fresh = [
        Destination(
            str(ipaddress.IPv4Address(draw.getrandbits(32))),
            443,
            "tcp",
            f"h{n}.{names[n % len(names)]}",
            "dns",
        )
        for n in range(count)
    ]
    started = time.process_time()
    for each in fresh:
        parties.attribute("Boxine", each)
    uncached = count / (time.process_time() - started)
    known = fresh[-1]
    started = time.process_time()
    for _ in range(10 * count):
        parties.attribute("Boxine", known)
    return uncached, 10 * count / (time.process_time() - started)


def resident_bytes() -> int:
    """Return the memory this process holds now, pages of mapped files included (proc(5), statm)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize()


def touch(geography: Geography | None, count: int = 100_000) -> None:
    """Ask the address tables of addresses from all over, so that their pages are in memory and count."""
    draw = random.Random(5)
    for _ in range(count if geography is not None else 0):
        address = str(ipaddress.IPv4Address(draw.getrandbits(32)))
        assert geography is not None
        geography.country(address)
        geography.second_country(address)
        geography.network(address)


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
    before = resident_bytes()
    knowledge = load_knowledge(options.packs).parties
    touch(knowledge.geography)
    held = resident_bytes() - before
    parties = Parties(knowledge)
    figures = measure_roles(rows, parties, knowledge.makers, options.show)
    own = options.folder / "purposes.csv"
    lists = {"": own if own.is_file() else PURPOSES / "purposes_documented.csv"}
    lists |= {f"_{name}": PURPOSES / f"purposes_{name}.csv" for name in MORE}
    for name, path in lists.items():
        right, wrong = measure_purposes(path, parties, options.show)
        figures |= {f"purpose_accuracy{name}": right, f"purpose_wrong{name}": wrong}
    figures["catalogue_coverage"] = measure_catalogue(parties)
    figures["knowledge_rss_mb"] = held / 1e6
    names = [row["domain"].lstrip("*.") for row in rows if "." in row["domain"]] or ["example.com"]
    figures["attributions_per_s"], figures["cached_attributions_per_s"] = measure_rate(parties, names)
    for name, value in figures.items():
        print(f"{name}: {value:.4f}" if value < 10 else f"{name}: {value:.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
