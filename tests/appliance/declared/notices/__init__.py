"""Invented privacy notices in the style of real ones, and what each names.

The rules were tuned on those marked "dev"; the others were each written before the rules were asked, and
measured at first sight (docs/declared.md). A label has the spellings of
one party, " = " between; what "may" be read is neither missed nor made up.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Notice(NamedTuple):
    """A notice and what a careful reader finds in it."""

    language: str
    split: str  # "dev", "second", "third", "held", "fourth", "fifth", "sixth", … "twelfth"
    title: str
    text: str
    found: dict[str, list[str]]  # "parties", "denied", "may", "countries", "periods"


def notices() -> list[Notice]:
    """Return all notices."""
    return [
        _notice(path.stem, part)
        for path in sorted(Path(__file__).parent.glob("*.txt"))
        for part in path.read_text(encoding="utf-8").split("=== ")[1:]
    ]


def _notice(language: str, part: str) -> Notice:
    head, _, body = part.partition("\n")
    split, _, title = head.partition(" ")
    text, *marks = body.split("\n--- ")
    found = {}
    for mark in marks:
        kind, _, values = mark.partition(":")
        found[kind] = [value.strip() for value in values.split("|")]
    return Notice(language, split, title, text, found)
