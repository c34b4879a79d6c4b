"""What may leave the home for a study: every column there is, with its meaning. Does no I/O.

The study's side (`study/schema.py`) takes these columns and no other.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Column(NamedTuple):
    """One column of a table."""

    name: str
    type: str  # of Parquet, as duckdb calls it
    meaning: str


DAY: Final = (
    Column("home", "VARCHAR", "pseudonym of the home, keyed by the study: two studies cannot be joined"),
    Column("day", "DATE", "UTC day"),
    Column("device", "VARCHAR", "pseudonym of the device, the same on every day of the study"),
    Column("category", "VARCHAR", "its kind, `toy`, `camera`, …; empty where unknown"),
    Column("vendor", "VARCHAR", "its maker, empty where unknown or held back"),
    Column(
        "party",
        "VARCHAR",
        "registrable domain, the organisation where the profile says so, `rare` where too few homes may know "
        "it, `address` where no name was seen",
    ),
    Column("organisation", "VARCHAR", "who owns that domain, empty where unknown"),
    Column("role", "VARCHAR", "`first`, `support`, `third`, `unknown` for this device"),
    Column("purpose", "VARCHAR", "our guess, empty where none"),
    Column("organisation_country", "VARCHAR", "ISO 3166-1, empty where unknown"),
    Column("server_country", "VARCHAR", "probably; ISO 3166-1, empty where unknown"),
    Column("contacts", "BIGINT", "flows of that day, as coarse as the study's profile says"),
    Column("bytes_up", "BIGINT", "IP bytes to the party, as coarse as the profile says"),
    Column("bytes_down", "BIGINT", "IP bytes from it, likewise"),
    Column("encrypted", "BOOLEAN", "nothing readable was sent"),
    Column("first_met", "BOOLEAN", "the first day of this device with this party since the home took part"),
    Column("days_since_update", "INTEGER", "days since the last update seen of the device; null without one"),
)
"""The daily table, which every study gets."""

SHARED: Final = frozenset({"home", "device", "category", "vendor", "party", "organisation", "role"})
"""Columns of the daily table that single conversations have too."""

FLOW: Final = (
    *(column for column in DAY if column.name in SHARED),
    Column("ts", "TIMESTAMP", "begin in UTC, rounded down to the day, hour or minute, as the profile says"),
    Column("proto", "VARCHAR", "tcp, udp, icmp, …"),
    Column("port", "INTEGER", "port of the party's side"),
    Column("remote", "VARCHAR", "address that stands for the party's (Crypto-PAn); empty: not asked for"),
    Column("packets_up", "BIGINT", "packets the device sent, as coarse as the profile says"),
    Column("packets_down", "BIGINT", "packets it received, likewise"),
    Column("bytes_up", "BIGINT", "IP bytes the device sent, likewise"),
    Column("bytes_down", "BIGINT", "IP bytes it received, likewise"),
)
"""Single conversations, for a study that asks for them."""
