"""One day of one home, as a study receives it: Parquet with the columns of `appliance.research.columns`.

A column that is not there is not accepted, so that a home cannot send by mistake what nobody asked it for.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from appliance.research.columns import DAY

MAX_ROWS: Final = 20_000
"""Rows of a day: 64 devices that each meet 300 parties; a home of 40 devices has some 600."""

MAX_BYTES: Final = 4_000_000
MAX_TEXT: Final = 253  # the longest name there is (RFC 1035 §2.3.4)


_TYPES: Final = {
    "VARCHAR": pa.string(),
    "DATE": pa.date32(),
    "BIGINT": pa.int64(),
    "INTEGER": pa.int32(),
    "BOOLEAN": pa.bool_(),
}
SCHEMA: Final = pa.schema([pa.field(column.name, _TYPES[column.type]) for column in DAY])
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
    for column in DAY:
        if column.type == "VARCHAR" and any(
            not isinstance(text, str) or len(text) > MAX_TEXT or not text.isprintable()
            for text in values[column.name]
        ):
            yield f"read {column.name} that is no printable text of at most {MAX_TEXT} characters"
