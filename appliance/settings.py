"""What a family can set: every key with its type, bounds, default and meaning. Does no I/O.

`appliance.store.settings.Settings` keeps the values. To add one: a constant here, its place in SETTINGS, its
line in docs/settings.md; the settings page and the command take it from there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar
from zoneinfo import available_timezones

T = TypeVar("T", bool, int, str)


class SettingError(Exception):
    """A value that a setting cannot have: one sentence for a page or a terminal."""


@dataclass(frozen=True, slots=True)
class Setting(Generic[T]):
    """One key. `check` returns the value of a text; it raises ValueError with what was expected."""

    key: str
    default: T
    meaning: str  # for people, with the unit
    check: Callable[[str], T]
    kind: str  # "number", "choice", "truth", "text": how a form shows it
    choices: tuple[str, ...] = ()
    least: int | None = None  # of a number
    most: int | None = None

    def parse(self, value: Any) -> T:
        """Return the value that a text, or a value of JSON, stands for. Raises SettingError."""
        text = {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value).strip()
        try:
            return self.check(text)
        except ValueError as error:
            raise SettingError(f"read {text[:60]!r} for {self.key}, expected {error}") from None


def _number(key: str, default: int, least: int, most: int, meaning: str) -> Setting[int]:
    def check(text: str) -> int:
        if not re.fullmatch(r"-?[0-9]{1,9}", text) or not least <= int(text) <= most:
            raise ValueError(f"a whole number from {least} to {most}")
        return int(text)

    return Setting(key, default, meaning, check, "number", (), least, most)


def _choice(key: str, default: str, choices: tuple[str, ...], meaning: str) -> Setting[str]:
    def check(text: str) -> str:
        if text not in choices:
            raise ValueError("one of " + ", ".join(choices))
        return text

    return Setting(key, default, meaning, check, "choice", choices)


def _truth(key: str, default: bool, meaning: str) -> Setting[bool]:
    def check(text: str) -> bool:
        if text not in ("yes", "no"):
            raise ValueError("yes or no")
        return text == "yes"

    return Setting(key, default, meaning, check, "truth", ("yes", "no"))


def _text(key: str, default: str, pattern: str, expected: str, meaning: str) -> Setting[str]:
    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(expected)
        return text

    return Setting(key, default, meaning, check, "text")


def _zone(text: str) -> str:
    if text and text not in available_timezones():
        raise ValueError("a name such as Europe/Paris, or nothing for the machine's own")
    return text


LANGUAGE: Final = _choice(
    "language", "", ("", "en", "fr", "de"), "Language of the pages; empty: what each browser asks for."
)
ZONE: Final = Setting("zone", "", "Time zone of the home; empty: the machine's own.", _zone, "text")
SETUP_DONE: Final = _truth("setup.done", False, "Whether the first run was gone through to its end.")
SOURCE: Final = _choice(
    "watch.source", "interface", ("interface", "file"), "Where packets come from: live, or recordings."
)
INTERFACE: Final = _text(
    "watch.interface",
    "",
    r"[A-Za-z0-9_.@-]{0,15}",
    "the name of a network interface, such as eth0",
    "The interface that is watched; empty: not chosen yet.",
)
FLOW_DAYS: Final = _number(
    "retention.flow_days",
    16,
    16,
    3650,
    "Days that single conversations and what was read of them stay in the store; then they are archived.",
)
ARCHIVE_DAYS: Final = _number(
    "retention.archive_days", 365, 0, 3650, "Days that archived conversations are kept; 0: no archive."
)
SIGHTING_DAYS: Final = _number(
    "retention.sighting_days", 730, 60, 3650, "Days that the hourly sums behind the pages are kept."
)
BUDGET_MB: Final = _number(
    "disk.budget_mb",
    8_000,
    200,
    4_000_000,
    "Megabytes that the store and its archive may take; beyond, the oldest conversations go first.",
)
KEEP_FREE_MB: Final = _number(
    "disk.keep_free_mb", 500, 100, 1_000_000, "Megabytes of the disk that are always left free."
)

QUARANTINE_NEW: Final = _truth(
    "gateway.quarantine_new", False, "Whether a device never seen before gets no internet until it is let in."
)

SETTINGS: Final[tuple[Setting[Any], ...]] = (
    LANGUAGE,
    ZONE,
    SETUP_DONE,
    SOURCE,
    INTERFACE,
    FLOW_DAYS,
    ARCHIVE_DAYS,
    SIGHTING_DAYS,
    BUDGET_MB,
    KEEP_FREE_MB,
    QUARANTINE_NEW,
)
"""Every setting. Changes, findings and alerts with their evidence are kept whatever these say."""

BY_KEY: Final = {setting.key: setting for setting in SETTINGS}
