"""Any table in pages, newest (or first) first; each page begins behind the key where the last one ended."""

from __future__ import annotations

import sqlite3
from typing import Any, Final, NamedTuple

from appliance.store import tables

MAX_PAGE: Final = 1_000
"""Records of one page: about 1 MB of JSON."""

Key = tuple[str | int | float, ...]


class Listing(NamedTuple):
    """How a table is listed."""

    name: str
    table: tables.Table[Any]
    key: tuple[str, ...]  # fields that together name a record, the order of the list
    newest_first: bool
    equal: tuple[str, ...] = ()  # fields that a question may fix
    time: str | None = None  # field that `since` and `until` bound
    permission: str = "read"


LISTINGS: Final[tuple[Listing, ...]] = (
    Listing("devices", tables.DEVICE, ("first_ts", "device"), False, (), "last_ts"),
    Listing("parties", tables.PARTY, ("device", "domain"), False, ("device", "role"), "last_ts"),
    Listing("updates", tables.UPDATE, ("ts", "device"), True, ("device",), "ts"),
    Listing("changes", tables.CHANGE, ("ts", "id"), True, ("device", "kind"), "ts"),
    Listing("alerts", tables.ALERT, ("ts", "identifier"), True, ("device", "volume", "kind"), "ts"),
    Listing("findings", tables.FINDING, ("device", "code", "domain"), False, ("device", "code"), "last_ts"),
    Listing("losses", tables.LOSS, ("ts", "kind", "until", "lost", "detail"), True, ("kind",), "ts"),
    Listing("sightings", tables.SIGHTING, ("device", "hour", "domain"), False, ("device", "domain")),
    Listing("flows", tables.FLOW, ("ts", "uid", "part"), True, ("device", "domain"), "ts", "export"),
)
"""Every list of the API. An index serves each order; a fixed field beside it is looked for within."""


class Wanted(NamedTuple):
    """Which records of a listing are asked for."""

    equal: dict[str, str] = {}  # noqa: RUF012 - read only
    since: float | None = None
    until: float | None = None
    after: Key | None = None  # of the last record of the page before
    limit: int = 100


def page(db: sqlite3.Connection, listing: Listing, wanted: Wanted) -> list[Any]:
    """Return at most `limit` records behind `after`."""
    clauses, values = ["1"], list[Any]()
    for field, value in wanted.equal.items():
        clauses.append(f'"{field}" = ?')
        values.append(value)
    for bound, sign in ((wanted.since, ">="), (wanted.until, "<")):
        if bound is not None:
            clauses.append(f"{listing.time} {sign} ?")
            values.append(bound)
    columns = ", ".join(listing.key)
    if wanted.after is not None:
        marks = ", ".join("?" * len(listing.key))
        clauses.append(f"({columns}) {'<' if listing.newest_first else '>'} ({marks})")
        values.extend(wanted.after)
    order = ", ".join(f"{column} {'DESC' if listing.newest_first else 'ASC'}" for column in listing.key)
    query = f"{listing.table.select} WHERE {' AND '.join(clauses)} ORDER BY {order} LIMIT ?"
    rows = db.execute(query, (*values, min(wanted.limit, MAX_PAGE)))
    return [listing.table.record(row) for row in rows]


def key_of(listing: Listing, record: Any) -> Key:
    """Return the key of a record, as it lies in the table."""
    return tuple(
        getattr(record, field) if getattr(record, field) is not None else "" for field in listing.key
    )
