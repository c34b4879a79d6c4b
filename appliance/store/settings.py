"""The values that a family set. Keys, types and bounds stand in `appliance/settings.py`."""

from __future__ import annotations

import json
import sqlite3
from typing import Any, Final

from appliance.settings import BY_KEY, SETTINGS, Setting, SettingError, T
from appliance.store.book import Book

_SELECT: Final = "SELECT value FROM setting WHERE key = ?"


def setting_in(db: sqlite3.Connection, setting: Setting[T]) -> T:
    """Return a setting's value through any connection to the store: the service's own, for example.

    A value that this release does not accept (an older or newer one wrote it) counts as the default.
    """
    row = db.execute(_SELECT, (setting.key,)).fetchone()
    return _value(setting, row[0] if row else None)


def _value(setting: Setting[T], text: str | None) -> T:
    try:
        return setting.default if text is None else setting.parse(json.loads(text))
    except (ValueError, SettingError):
        return setting.default


class Settings:
    """The settings of one home."""

    def __init__(self, book: Book) -> None:
        self.book = book

    def get(self, setting: Setting[T]) -> T:
        """Return a value, the default where none was set."""
        rows = self.book.read(_SELECT, setting.key)
        return _value(setting, rows[0][0] if rows else None)

    def all(self) -> dict[str, Any]:
        """Return every key with its value."""
        return {setting.key: self.get(setting) for setting in SETTINGS}

    def set(self, values: dict[str, Any], ts: float) -> None:
        """Set all the given keys, or none. Raises SettingError for a key or value there cannot be."""
        unknown = sorted(set(values) - set(BY_KEY))
        if unknown:
            raise SettingError(f"read the setting {unknown[0][:60]!r}, expected one of {', '.join(BY_KEY)}")
        rows = [(key, json.dumps(BY_KEY[key].parse(value)), ts) for key, value in values.items()]
        with self.book.writing() as db:
            db.executemany("INSERT OR REPLACE INTO setting VALUES (?, ?, ?)", rows)
