"""Attack a study: how many homes are recognised in what they handed in, against what the study claims.

usage: python -m benchmarks.reidentify [--homes 100] [--days 7] [--seed 1]

Made-up homes hand in bundles. The attacker has all of them, the code, and the original records of one half of
the homes; then of the other half, so that every home is attacked once. It knows no key. A guess among
candidates that look the same counts by its chance. Figures are shares of homes, the last one of addresses.
"""

from __future__ import annotations

import argparse
import math
import random
import secrets
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from appliance.privacy import KEY_BYTES
from appliance.research.bundle import write
from appliance.research.profile import Profile, to_json
from appliance.research.rows import public_vendor
from appliance.research.session import Session
from appliance.store.database import open_for_reading
from appliance.store.flowlog import Wanted, flows
from appliance.store.reader import Reader
from appliance.store.studies import Consent
from study.ask import lake_in_duckdb
from study.intake import take_in
from study.receive import receive
from study.risk import claims
from study.shelf import Folder
from tests.appliance.research import made

Rows = list[dict[str, Any]]


class Original(NamedTuple):
    """What the attacker has of a home whose record it holds."""

    days: dict[str, dict[str, float]]  # bytes sent by category, by day
    devices: Counter[tuple[str, str]]  # kinds and makers
    parties: frozenset[str]


class Study(NamedTuple):
    """A study and, for the referee alone, whose bundle is whose."""

    stores: list[Path]
    lake: Path
    homes: list[str]  # pseudonym of each store's home
    addresses: list[list[tuple[str, str]]]  # real and shown ones of each home's conversations


def study_of(folder: Path, profile: Profile, homes: int, days: int, seed: int) -> Study:
    """Let homes hand in, and take it in."""
    draw, shelf = random.Random(seed), Folder(folder / "shelf")
    stores, names, addresses = [], [], []
    for number in range(homes):
        store = made.home(folder / f"{number}.db", seed * 1_000 + number, days, draw.randrange(1, 5))
        with Session(store, profile, secrets.token_bytes(KEY_BYTES), 0, 1 << 31) as session:
            bundle = folder / f"{number}.zip"
            write(session, Consent(profile.study, to_json(profile), 0.0, 0), bundle)
            names.append(session.home)
            addresses.append(
                list(zip(_remotes(store), (row["remote"] for row in session.flows()), strict=True))
            )
        receive(bundle, shelf)
        stores.append(store)
    take_in(shelf, folder / "lake", profile.study)
    return Study(stores, folder / "lake", names, addresses)


def _remotes(store: Path) -> list[str]:
    db = open_for_reading(store)
    try:
        return [flow.resp_h for page in flows(db, Wanted()) for flow in page]
    finally:
        db.close()


def original(store: Path, days: int) -> Original:
    """Return what the original record of a home says."""
    with Reader(store) as reader:
        devices = {device.device: device for device in reader.devices()}
        parties = {(p.device, p.domain): p for p in reader.parties()}
        sent: dict[str, dict[str, float]] = {}
        for day in range(made.FIRST_DAY, made.FIRST_DAY + days):
            of_day = sent.setdefault(str(day), {})
            for one in reader.day_sums(day, day + 1):
                kind = devices[one.device].category or ""
                of_day[kind] = of_day.get(kind, 0.0) + one.bytes_up
    kinds = Counter((device.category or "", public_vendor(device) or "") for device in devices.values())
    known = frozenset(
        domain if parties[device, domain].organisation else "rare" for device, domain in parties
    )
    return Original(sent, kinds, known)


def handed_in(lake: Path) -> dict[str, Rows]:
    """Return the rows of every home."""
    with lake_in_duckdb(lake) as db:
        cursor = db.execute("SELECT * FROM sharing ORDER BY home, day")
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    found: dict[str, Rows] = {}
    for row in rows:
        found.setdefault(row["home"], []).append(row)
    return found


def by_record(one: Original, rows: Rows) -> float:
    """Return how far rows are from a record: bytes of each day and kind, as logarithms."""
    shown: dict[str, dict[str, float]] = {}
    for row in rows:
        of_day = shown.setdefault(str(row["day"]), {})
        of_day[row["category"]] = of_day.get(row["category"], 0.0) + row["bytes_up"]
    pairs = zip(one.days.values(), shown.values(), strict=False)  # in order: dates may have been moved
    apart = abs(len(one.days) - len(shown)) * 10.0
    for real, seen in pairs:
        kinds = real.keys() | seen.keys()
        apart += sum(abs(math.log1p(real.get(kind, 0)) - math.log1p(seen.get(kind, 0))) for kind in kinds)
    return apart


def by_devices(one: Original, rows: Rows) -> float:
    """Return 0 where kinds and makers are the same."""
    shown = Counter({row["device"]: (row["category"], row["vendor"]) for row in rows}.values())
    return float(shown != one.devices)


def by_parties(one: Original, rows: Rows) -> float:
    """Return 0 where the companies are the same."""
    return float({row["party"] for row in rows} != one.parties)


def linked(
    study: Study, originals: list[Original], apart: Callable[[Original, Rows], float], known: Iterable[int]
) -> float:
    """Return the sum of chances of naming each known home's bundle right."""
    rows, right = handed_in(study.lake), 0.0
    for number in known:
        distances = {home: apart(originals[number], rows[home]) for home in rows}
        nearest = min(distances.values())
        candidates = [home for home, distance in distances.items() if distance == nearest]
        right += (study.homes[number] in candidates) / len(candidates)
    return right


def addresses_of_others(study: Study, known: set[int]) -> float:
    """Return the share of other homes' addresses that known homes' pairs tell."""
    learnt = {shown: real for number in known for real, shown in study.addresses[number]}
    others = [pair for number, pairs in enumerate(study.addresses) if number not in known for pair in pairs]
    return sum(learnt.get(shown) == real for real, shown in others) / len(others)


ATTACKS = {"record": by_record, "devices": by_devices, "parties": by_parties}


def attack(profile: Profile, homes: int, days: int, seed: int) -> dict[str, float]:
    """Return what the study claims and what the attacker reached."""
    with tempfile.TemporaryDirectory() as folder:
        study = study_of(Path(folder), profile, homes, days, seed)
        originals = [original(store, days) for store in study.stores]
        order = random.Random(seed).sample(range(homes), homes)
        halves = [set(order[: homes // 2]), set(order[homes // 2 :])]
        found = {}
        for claim in claims(study.lake):
            right = sum(linked(study, originals, ATTACKS[claim.knows], half) for half in halves)
            found[f"{claim.knows}_claimed"] = claim.links_at_most
            found[f"{claim.knows}_linked"] = right / homes
        found["addresses_of_others_learnt"] = max(addresses_of_others(study, half) for half in halves)
        return found


def main() -> None:
    """Attack two profiles."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--homes", type=int, default=100)
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for amounts in ("thousand", "magnitude"):
        profile = made.profile(
            amounts=amounts, shift=amounts == "magnitude", flows=True, addresses="crypto-pan"
        )
        for name, value in attack(profile, options.homes, options.days, options.seed).items():
            print(f"{amounts}_{name}: {value:.3f}", flush=True)


if __name__ == "__main__":
    main()
