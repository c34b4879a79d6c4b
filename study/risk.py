"""How many homes of a study can be told apart by somebody who knows something of them.

Homes whose rows look the same to that knowledge form a class; whoever has to choose within one can only
guess. So the share of homes that can be named right is at most the number of classes by that of homes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

from study.ask import lake_in_duckdb

COLUMNS: Final = (
    "home, device, day, category, vendor, party, organisation, role, purpose, contacts, bytes_up, bytes_down"
)


class Knowledge(NamedTuple):
    """What somebody knows beforehand, and what of a row that lets them recognise."""

    name: str
    of_row: Callable[[Any], tuple[Any, ...]]
    by_device: bool  # whether they also know which rows are of one device


KNOWLEDGE: Final = (
    Knowledge("record", lambda row: row[2:], True),
    Knowledge("devices", lambda row: (row[3], row[4]), True),
    Knowledge("parties", lambda row: (row[5],), False),
)
"""A record of the same days / kinds and makers of the home's devices / the companies it deals with."""


class Claim(NamedTuple):
    """What one knowledge is worth."""

    knows: str
    homes: int
    classes: int
    alone: int  # homes that look like no other

    @property
    def links_at_most(self) -> float:
        """Share of homes that such an attacker names right, at best."""
        return self.classes / self.homes if self.homes else 0.0


def claims(lake: Path) -> list[Claim]:
    """Return a claim for every knowledge, over all homes of the lake."""
    looks: dict[str, dict[str, str]] = {one.name: {} for one in KNOWLEDGE}
    with lake_in_duckdb(lake) as db:
        homes = [home for (home,) in db.execute("SELECT DISTINCT home FROM sharing").fetchall()]
        for home in homes:
            rows = db.execute(f"SELECT {COLUMNS} FROM sharing WHERE home = ?", [home]).fetchall()  # noqa: S608
            for one in KNOWLEDGE:
                looks[one.name][home] = look(one, rows)
    return [_claim(name, list(of_home.values())) for name, of_home in looks.items()]


def look(knowledge: Knowledge, rows: list[Any]) -> str:
    """Return what a home's rows look like to a knowledge, whatever its pseudonyms."""
    devices: dict[str, set[tuple[Any, ...]]] = {}
    for row in rows:
        devices.setdefault(row[1] if knowledge.by_device else "", set()).add(knowledge.of_row(row))
    shapes = sorted(repr(sorted(shape, key=repr)) for shape in devices.values())
    return hashlib.sha256("\n".join(shapes).encode()).hexdigest()


def _claim(name: str, looks: list[str]) -> Claim:
    return Claim(name, len(looks), len(set(looks)), sum(looks.count(one) == 1 for one in set(looks)))
