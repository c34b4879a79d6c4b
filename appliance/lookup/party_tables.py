"""Our own tables of makers, infrastructure, trackers and purposes, read from CSV (docs/parties.md)."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from appliance.parties.knowledge import KINDS, Maker, Owner
from appliance.parties.purposes import MATCHES, PURPOSES, PurposeRule
from appliance.parties.vendors import vendor_key

DATA: Final = Path(__file__).parent.parent / "data" / "parties"

ORGANISATION_FILES: Final = (
    "makers.csv",
    "infrastructure.csv",
    "trackers.csv",
    "smart_home.csv",
    "services.csv",
)
"""Own tables; of two rows with one vendor name the earlier file wins."""

OWN_TABLES: Final = tuple(DATA / name for name in ORGANISATION_FILES)

ORGANISATION_COLUMNS: Final = (
    "organisation",
    "group",
    "kind",
    "country",
    "purpose",
    "aliases",
    "domains",
    "platforms",
    "source",
    "date",
)
PURPOSE_COLUMNS: Final = ("match", "text", "purpose", "note")


class TableError(ValueError):
    """A data file that is not as documented: says the file, the line, what was read and expected."""


class Organisations(NamedTuple):
    """What the organisation tables give attribution."""

    owners: dict[str, Owner]  # domain suffix → owner
    makers: dict[str, Maker]  # vendor_key → maker
    networks: dict[str, Owner]  # group → chief organisation


def read_organisations(files: tuple[Path, ...] = OWN_TABLES) -> Organisations:
    """Return the tables of several files merged; a row's own name wins over another row's alias.

    Raises TableError for a wrong column, kind or purpose, and for a domain listed twice.
    """
    tables = Organisations({}, {}, {})
    aliases: list[tuple[str, Maker]] = []
    for path in files:
        for where, row in _rows(path, ORGANISATION_COLUMNS):
            _check(where, row)
            owner = _owner(row, path.stem)
            for domain in _items(row["domains"]):
                if domain in tables.owners:
                    raise TableError(f"{where}: {domain} is already listed, expected each domain once")
                tables.owners[domain] = owner
            maker = Maker(owner.organisation, owner.group, frozenset(_items(row["platforms"])))
            tables.makers.setdefault(vendor_key(owner.organisation), maker)
            aliases += [(vendor_key(alias), maker) for alias in _items(row["aliases"])]
            _network(tables.networks, owner)
    for key, maker in aliases:
        tables.makers.setdefault(key, maker)
    return tables


def read_purposes(path: Path) -> list[PurposeRule]:
    """Return the purpose rules in file order. Raises TableError for a match or purpose nobody knows."""
    rules = []
    for where, row in _rows(path, PURPOSE_COLUMNS):
        if row["match"] not in MATCHES or row["purpose"] not in PURPOSES:
            raise TableError(
                f"{where}: read {row['match']},{row['purpose']}, expected a documented match and purpose"
            )
        rules.append(PurposeRule(row["match"], row["text"], row["purpose"]))
    return rules


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[str, dict[str, str]]]:
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        if tuple(reader.fieldnames or ()) != columns:
            raise TableError(f"{path}: read columns {reader.fieldnames}, expected {','.join(columns)}")
        for row in reader:
            where = f"{path}, line {reader.line_num}"
            if None in row or None in row.values():
                raise TableError(f"{where}: read another number of fields than {len(columns)}")
            yield where, row


def _check(where: str, row: dict[str, str]) -> None:
    if row["kind"] not in KINDS:
        raise TableError(f"{where}: read kind {row['kind']!r}, expected one of {', '.join(sorted(KINDS))}")
    if row["purpose"] and row["purpose"] not in PURPOSES:
        raise TableError(f"{where}: read purpose {row['purpose']!r}, expected one of {', '.join(PURPOSES)}")


def _owner(row: dict[str, str], source: str) -> Owner:
    organisation = row["organisation"]
    return Owner(
        organisation=organisation,
        group=row["group"] or organisation,
        country=row["country"] or None,
        kind=row["kind"],
        purpose=row["purpose"] or None,
        source=source,
    )


def _network(networks: dict[str, Owner], owner: Owner) -> None:
    """Keep, for each group, the row that rents out addresses; else the first."""
    before = networks.get(owner.group)
    if before is None or (before.kind == "maker" and owner.kind in {"cloud", "cdn"}):
        networks[owner.group] = owner


def _items(text: str) -> list[str]:
    return [item.strip() for item in text.split("|") if item.strip()]
