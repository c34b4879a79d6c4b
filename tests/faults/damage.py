"""A worn card: pages of the store come back torn, empty or with other bytes. What can be read is saved."""

from __future__ import annotations

import itertools
import random
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

from appliance.home import Home, Knowledge
from appliance.lookup.knowledge import load_knowledge
from appliance.service import Service
from appliance.store.database import RESERVE_SUFFIX, DamagedStoreError, is_damaged
from appliance.store.salvage import Salvaged, salvage
from appliance.store.writer import Writer
from sensor.records import Record
from tests.faults.load import is_sound
from tests.household.generate import generate

PAGE: Final = 4096
DAYS: Final = 3
"""Of the household that is recorded; then the store is damaged, and the last of them is taken."""


def other_bytes(data: bytearray, rng: random.Random) -> None:
    for _ in range(rng.randrange(1, 40)):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def empty_pages(data: bytearray, rng: random.Random) -> None:
    for _ in range(rng.randrange(1, 8)):
        at = rng.randrange(len(data) // PAGE) * PAGE
        data[at : at + PAGE] = bytes(PAGE)


def torn_pages(data: bytearray, rng: random.Random) -> None:
    for _ in range(rng.randrange(1, 8)):
        at = rng.randrange(len(data) // PAGE) * PAGE + 512 * rng.randrange(1, 8)
        data[at : at + 512] = rng.randbytes(512)


def cut_short(data: bytearray, rng: random.Random) -> None:
    del data[rng.randrange(len(data) // 2, len(data)) :]


WAYS: Final[tuple[Callable[[bytearray, random.Random], None], ...]] = (
    other_bytes, empty_pages, torn_pages, cut_short,
)  # fmt: skip


def run(times: int, seed: int) -> dict[str, int] | dict[str, float]:
    """Damage a home's store so many times; return the figures."""
    rng, knowledge = random.Random(seed), load_knowledge()
    records = generate(seed=1, days=DAYS)
    middle = next(n for n, record in enumerate(records) if record.ts > records[0].ts + (DAYS - 1) * 86_400)
    saved, deaths, unsound = [], 0, 0
    with tempfile.TemporaryDirectory() as name:
        whole, store = Path(name) / "whole.db", Path(name) / "home.db"
        writer = Writer(whole)
        _live(Home(knowledge), writer, records[:middle])
        rows = _rows(whole)
        for number in range(times):
            for path in Path(name).glob("home.db*"):
                path.unlink()
            shutil.copy(whole, store)
            store.with_name(f"{store.name}{RESERVE_SUFFIX}").touch()  # the whole one's is not needed
            data = bytearray(store.read_bytes())
            WAYS[number % len(WAYS)](data, rng)
            store.write_bytes(data)
            try:
                found = _start(store, knowledge, records[middle:])
                if found is not None:
                    saved.append(found.rows / rows)
                    unsound += not is_sound(store)
            except Exception as error:  # noqa: BLE001 - whatever it is, the appliance would not start again
                deaths += 1
                print(f"{WAYS[number % len(WAYS)].__name__} {number}: {type(error).__name__}: {error}")
    return {
        "damaged": times,
        "mended": len(saved),
        "deaths": deaths,
        "corrupt": unsound,
        "rows_saved_median": sorted(saved)[len(saved) // 2] if saved else 0.0,
        "rows_saved_least": min(saved, default=0.0),
    }


def _live(home: Home, writer: Writer, records: list[Record]) -> None:
    with closing(writer):
        service = Service(home, writer)
        for start in range(0, len(records), 2_000):
            service.take(itertools.islice(records, start, start + 2_000))
            service.commit()
        service.checkpoint()


def _start(store: Path, knowledge: Knowledge, records: list[Record]) -> Salvaged | None:
    """Let a service go on with a store, as `tattlebox run` does; return what it saved first, if it had to."""
    try:
        _live(Home(knowledge), Writer(store), records)
    except (DamagedStoreError, sqlite3.DatabaseError) as error:
        if not (isinstance(error, DamagedStoreError) or is_damaged(error)):
            raise
        found = salvage(store, time.time())
        _live(Home(knowledge), Writer(store), records)
        return found
    return None


def _rows(path: Path) -> int:
    """Return how many rows a store has in all."""
    with closing(sqlite3.connect(path)) as db:
        names = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return sum(db.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names)  # noqa: S608
