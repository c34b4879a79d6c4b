"""Whom a family may write to: data protection, market surveillance, consumer protection, read from CSV."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Final, NamedTuple

from appliance.lookup.law import DATA

ABOUT: Final = ("privacy", "market", "consumer")
"""Data protection; products and their radio; consumers' rights."""


class Authority(NamedTuple):
    """One authority. Look at its site before writing: competence and address change."""

    key: str
    name: str
    country: str  # ISO 3166-1 alpha-2
    about: str  # one of ABOUT
    language: str  # of ours, the one to write in
    site: str
    source: str
    date: str  # when the row was last looked at


def load_authorities(path: Path = DATA / "authorities.csv") -> tuple[Authority, ...]:
    """Return every row. Raises OSError, ValueError for another column."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != Authority._fields:
            raise ValueError(
                f"read the columns {reader.fieldnames} in {path.name}, expected {Authority._fields}"
            )
        return tuple(Authority(**row) for row in reader)
