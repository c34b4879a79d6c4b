"""One day of one home, as a study receives it: a Parquet file whose every column is listed here.

A column that is not here is not accepted, so that a home cannot send by mistake what nobody asked it for.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

FORMAT: Final = "tattlebox-study-day-1"

MAX_ROWS: Final = 20_000
"""Rows of a day: 64 devices that each meet 300 parties; a home of 40 devices has some 600."""

MAX_BYTES: Final = 4_000_000
MAX_TEXT: Final = 253  # the longest name there is (RFC 1035 §2.3.4)


class Column(NamedTuple):
    """One column of the table."""

    name: str
    type: pa.DataType
    meaning: str


TEXT: Final = pa.string()
COLUMNS: Final = (
    Column("home", TEXT, "pseudonym of the home, keyed by the study: two studies cannot be joined"),
    Column("day", pa.date32(), "UTC day"),
    Column("device", TEXT, "pseudonym of the device, the same on every day of the study"),
    Column("category", TEXT, "its kind, `toy`, `camera`, …"),
    Column("vendor", TEXT, "its maker, empty where unknown or held back"),
    Column("party", TEXT, "registrable domain, or `rare` where too few homes may know it"),
    Column("organisation", TEXT, "who owns that domain, empty where unknown"),
    Column("role", TEXT, "`first`, `support`, `third`, `unknown` for this device"),
    Column("purpose", TEXT, "our guess, empty where none"),
    Column("organisation_country", TEXT, "ISO 3166-1, empty where unknown"),
    Column("server_country", TEXT, "probably; ISO 3166-1, empty where unknown"),
    Column("contacts", pa.int64(), "flows of that day"),
    Column("bytes_up", pa.int64(), "IP bytes to the party, rounded as the study's profile says"),
    Column("bytes_down", pa.int64(), "IP bytes from it, rounded"),
    Column("encrypted", pa.bool_(), "nothing readable was sent"),
    Column("first_met", pa.bool_(), "the first day of this device with this party since the home took part"),
    Column(
        "days_since_update", pa.int32(), "days since the last update seen of the device; null without one"
    ),
)
SCHEMA: Final = pa.schema([pa.field(column.name, column.type) for column in COLUMNS])
ROLES: Final = frozenset(("first", "support", "third", "unknown"))


def problems(path: Path, home: str, day: str) -> list[str]:
    """Return why the file is not this home's day, a sentence each; nothing when it is sound."""
    size = path.stat().st_size
    if size > MAX_BYTES:
        return [f"read {size} bytes, expected at most {MAX_BYTES}"]
    try:
        file = pq.ParquetFile(path)
        if file.metadata.num_rows > MAX_ROWS:
            return [f"read {file.metadata.num_rows} rows, expected at most {MAX_ROWS}"]
        if file.schema_arrow.remove_metadata() != SCHEMA:
            return ["read other columns or types than the study's, expected those of study/schema.py"]
        table = file.read()
    except (pa.ArrowException, OSError) as error:
        return [f"read a file that is no sound Parquet: {str(error).splitlines()[0][:120]}"]
    return list(_content(table.to_pydict(), home, day))


def _content(values: dict[str, list[object]], home: str, day: str) -> Iterator[str]:
    if set(values["home"]) - {home}:
        yield "read rows of another home"
    if {str(one) for one in values["day"]} - {day}:
        yield "read rows of another day"
    if set(values["role"]) - ROLES:
        yield f"read a role that is none of {', '.join(sorted(ROLES))}"
    for name in ("contacts", "bytes_up", "bytes_down"):
        if any(not isinstance(number, int) or number < 0 for number in values[name]):
            yield f"read {name} below 0 or missing"
    for column in COLUMNS:
        if column.type == TEXT and any(
            not isinstance(text, str) or len(text) > MAX_TEXT or not text.isprintable()
            for text in values[column.name]
        ):
            yield f"read {column.name} that is no printable text of at most {MAX_TEXT} characters"
