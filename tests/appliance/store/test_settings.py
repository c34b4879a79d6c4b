"""Settings keep their types and bounds, all of a set or none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.settings import (
    ARCHIVE_DAYS,
    BUDGET_MB,
    FLOW_DAYS,
    LANGUAGE,
    SETTINGS,
    SETUP_DONE,
    SettingError,
)
from appliance.store.book import Book
from appliance.store.database import open_for_reading
from appliance.store.settings import Settings, setting_in


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    book = Book(tmp_path / "home.db")
    yield book
    book.close()


def test_defaults_are_values_they_accept(book: Book) -> None:
    for setting in SETTINGS:
        assert setting.parse(setting.default) == setting.default
        assert Settings(book).get(setting) == setting.default


def test_what_is_set_is_read_by_any_connection(book: Book) -> None:
    Settings(book).set({"retention.flow_days": "30", "setup.done": True, "language": "fr"}, 1.0)
    reader = open_for_reading(book.path)
    assert (setting_in(reader, FLOW_DAYS), setting_in(reader, SETUP_DONE)) == (30, True)
    assert setting_in(reader, LANGUAGE) == "fr"
    assert setting_in(reader, BUDGET_MB) == BUDGET_MB.default
    reader.close()


REFUSED = {
    "too small": ("retention.flow_days", "0"),
    "too large": ("retention.archive_days", "99999"),
    "no number": ("disk.budget_mb", "many"),
    "a fraction": ("disk.budget_mb", "1e9"),
    "no choice": ("language", "xx"),
    "no truth": ("setup.done", "maybe"),
    "no interface": ("watch.interface", "eth0; reboot"),
    "no zone": ("zone", "../../etc/passwd"),
    "no key": ("nonsense", "1"),
}


@pytest.mark.parametrize(("key", "value"), REFUSED.values(), ids=REFUSED.keys())
def test_one_refused_value_refuses_all(book: Book, key: str, value: str) -> None:
    with pytest.raises(SettingError, match="expected"):
        Settings(book).set({"retention.flow_days": 7, key: value}, 1.0)
    assert Settings(book).get(FLOW_DAYS) == FLOW_DAYS.default


def test_a_value_of_another_release_counts_as_the_default(book: Book) -> None:
    with book.writing() as db:
        db.execute("INSERT INTO setting VALUES ('retention.archive_days', '\"soon\"', 1)")
    assert Settings(book).get(ARCHIVE_DAYS) == ARCHIVE_DAYS.default
