"""Questions to the study's table, in SQL that DuckDB and ClickHouse both run unchanged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

QUERIES: Final = Path(__file__).with_name("queries")
DEFAULT_K: Final = 5
"""Homes that must share a row before it is shown: the study's k-anonymity."""


class Answer(NamedTuple):
    """Columns and rows, the values as plain Python ones."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


def names() -> list[str]:
    """Return the names of the questions there are."""
    return sorted(path.stem for path in QUERIES.glob("*.sql"))


def text(name: str, k: int) -> str:
    """Return the SQL of a question. Raises KeyError for one that there is not, ValueError for k below 1."""
    if name not in names():
        raise KeyError(f"read the question {name!r}, expected one of {', '.join(names())}")
    if k < 1:
        raise ValueError(f"read k = {k}, expected 1 or more")
    return (QUERIES / f"{name}.sql").read_text().replace("{k}", str(k))


@contextmanager
def lake_in_duckdb(lake: Path) -> Iterator[Any]:
    """Give a connection of DuckDB that knows the lake's files as the table `sharing`."""
    import duckdb  # noqa: PLC0415 - either engine may be absent

    with duckdb.connect() as connection:
        files = str(lake / "day=*" / "*.parquet").replace("'", "''")
        connection.execute(
            f"CREATE VIEW sharing AS SELECT * FROM read_parquet('{files}', hive_partitioning=false)"  # noqa: S608
        )
        yield connection


def ask_duckdb(lake: Path, query: str) -> Answer:
    """Return the answer of DuckDB over the lake's files."""
    with lake_in_duckdb(lake) as connection:
        result = connection.execute(query)
        return Answer(tuple(column[0] for column in result.description or ()), result.fetchall())


def ask_clickhouse(lake: Path, query: str) -> Answer:
    """Return the answer of ClickHouse's engine (chdb) over the same files."""
    from chdb.session import Session  # noqa: PLC0415 - either engine may be absent

    files = str(lake / "day=*" / "*.parquet").replace("'", "\\'")
    session = Session()
    try:
        session.query(f"CREATE VIEW sharing AS SELECT * FROM file('{files}', Parquet)")  # noqa: S608
        lines = str(session.query(query, "JSONCompactEachRowWithNames")).splitlines()
    finally:
        session.close()
    return _from_lines(lines)


def _from_lines(lines: list[str]) -> Answer:
    columns, *rows = [json.loads(line) for line in lines] or [[]]
    return Answer(tuple(columns), [tuple(row) for row in rows])
