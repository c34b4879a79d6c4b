"""Made-up homes of a study: seeded, quick, with one known change to be found. For trials and figures only.

Devices are of made-up models below `.example`; what each sends, and to whom, is drawn once per model and
seed. On one day the models of one maker get an update, after which they also send to a tracker in another
country.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO
from typing import Final, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from appliance.research.parcel import Manifest, home_of, seal
from study.intake import INBOX
from study.schema import SCHEMA
from study.shelf import Shelf

START: Final = date(2026, 10, 1)
CATEGORIES: Final = ("toy", "camera", "speaker", "tv", "plug", "light", "tablet", "phone", "watch", "console")
COUNTRIES: Final = ("FR", "DE", "US", "CN", "IE", "GB")
MODELS: Final = 60
DEVICES_PER_HOME: Final = (8, 20)
UPDATED_VENDOR: Final = "Maker 7"
UPDATE_DAY: Final = 12
TRACKER: Final = "metrics-of-others.example"


class Meets(NamedTuple):
    """A party that a model sends to."""

    party: str
    organisation: str
    role: str
    country: str
    contacts: int
    up: int
    encrypted: bool


class Model(NamedTuple):
    """A kind of device."""

    vendor: str
    category: str
    meets: tuple[Meets, ...]


def models(seed: int) -> list[Model]:
    """Return the models there are in this world."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    clouds = [Meets(f"cloud{n}.example", f"Cloud {n}", "support", "US", 40, 90_000, True) for n in range(6)]
    found = []
    for number in range(MODELS):
        maker = number % 20
        own = [
            Meets(f"{host}.maker{maker}.example"[-40:], f"Maker {maker}", "first", rng.choice(COUNTRIES),
                  rng.randrange(5, 400), rng.randrange(2_000, 900_000), rng.random() < 0.97)
            for host in ("api", "push")
        ]  # fmt: skip
        third = [Meets(f"ads{rng.randrange(12)}.example", "Ads", "third", "US", 20, 9_000, True)] * (
            number % 3 == 0
        )
        found.append(Model(f"Maker {maker}", CATEGORIES[number % 10], (*own, *rng.sample(clouds, 3), *third)))
    return found


class Home:
    """One home: its key, its devices, its days."""

    def __init__(self, number: int, world: list[Model], seed: int) -> None:
        self._rng = random.Random(f"{seed}/{number}")  # noqa: S311 - no secret
        self.key = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"{seed}/{number}".encode()).digest())
        self.name = home_of(self.key.public_key())
        self._devices = [
            (hashlib.sha256(f"{self.name}/{n}".encode()).hexdigest()[:12], self._rng.choice(world))
            for n in range(self._rng.randrange(*DEVICES_PER_HOME))
        ]

    def day(self, number: int) -> bytes:
        """Return the Parquet file of a day."""
        rows = [row for device, model in self._devices for row in self._rows(device, model, number)]
        columns = list(zip(*rows, strict=True))
        table = pa.table(
            [pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)],
            schema=SCHEMA,
        )
        out = BytesIO()
        pq.write_table(table, out, compression="zstd")
        return out.getvalue()

    def _rows(self, device: str, model: Model, number: int) -> Iterator[tuple[object, ...]]:
        updated = model.vendor == UPDATED_VENDOR and number >= UPDATE_DAY
        meets = list(model.meets)
        if updated:
            meets.append(Meets(TRACKER, "Others Ltd", "third", "CN", 30, 40_000, True))
        for one in meets:
            first = number == 0 or (one.party == TRACKER and number == UPDATE_DAY)
            times = max(1, round(one.contacts * self._rng.uniform(0.4, 1.8)))
            up = round(one.up * self._rng.uniform(0.4, 1.8), -3)
            yield (
                self.name, START + timedelta(days=number), device, model.category, model.vendor, one.party,
                one.organisation, one.role, "", one.country, one.country, times, int(up), int(up) * 3,
                one.encrypted, first, number - UPDATE_DAY if updated else None,
            )  # fmt: skip


def hand_in(home: Home, number: int, shelf: Shelf, study: str) -> int:
    """Put a day of the home where the study takes it in; return the bytes."""
    data = home.day(number)
    day = (START + timedelta(days=number)).isoformat()
    rows = pq.ParquetFile(BytesIO(data)).metadata.num_rows
    manifest = Manifest(study, home.name, day, rows, hashlib.sha256(data).hexdigest(), "day", "2027-12-31")
    sealed = seal(manifest, home.key)
    shelf.put(f"{INBOX}{home.name}/{day}.parquet", data)
    shelf.put(f"{INBOX}{home.name}/{day}.json", sealed)
    return len(data) + len(sealed)
