"""Columns of the migrations and fields of the record types are the same, and rows survive both ways."""

import sqlite3

import pytest

from appliance.store import tables
from appliance.store.database import deflated, migrations
from appliance.store.observations import packed


@pytest.fixture(scope="module")
def database():
    connection = sqlite3.connect(":memory:")
    connection.create_function("packed", 3, packed)
    connection.create_function("deflated", 1, deflated)
    for _, script in migrations():
        connection.executescript(script)
    return connection


@pytest.mark.parametrize("table", tables.TABLES, ids=lambda table: table.name)
def test_columns_are_the_fields_of_the_record_type(database, table):
    columns = [row[1] for row in database.execute(f"PRAGMA table_info({table.name})")]
    assert columns == [*table.record_type._fields, *(["seq"] if table.numbered else [])], (
        f"{table.record_type.__name__} and table {table.name} differ: add a migration"
    )


def test_migrations_are_numbered_without_gaps():
    assert [name[:4] for name, _ in migrations()] == [f"{n:04}" for n in range(1, len(migrations()) + 1)]
