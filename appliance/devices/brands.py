"""Makers' names as words: what calls itself "mystrom-switch-0a1b" is probably myStrom's. Does no I/O."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_SHORTEST: Final = 6
"""Letters of a name that counts: shorter ones are too often somebody's name or a word (Ring, Nest, Weber)."""

_EVERYDAY: Final = frozenset(
    {
        "buffalo",
        "canary",
        "circle",
        "droplet",
        "fellow",
        "fossil",
        "guardian",
        "harbor",
        "harmony",
        "hunter",
        "kohler",
        "lookin",
        "merlin",
        "mirror",
        "momentum",
        "nothing",
        "notion",
        "orange",
        "paradigm",
        "paradox",
        "parrot",
        "pebble",
        "pioneer",
        "roberts",
        "sesame",
        "smarter",
        "tailwind",
        "whistle",
        "yolanda",
    }
)
"""Names of makers that are words or people's names too."""

_FIRST_WORD: Final = re.compile(r"_?([a-z]+)(?![a-z])")


def words_of_makers(vendors: Iterable[str]) -> dict[str, str]:
    """Return vendor by the one word that its name or its brand is: "Allterco (Shelly)" by both.

    The house stands before a brand of it, "Anker" before "Anker (eufy)".
    """
    known: dict[str, str] = {}
    for vendor in sorted(set(vendors), key=lambda vendor: ("(" in vendor, vendor)):
        for name in re.split(r"[(),/]", vendor.casefold()):
            word = name.strip()
            if len(word) >= _SHORTEST and word.isalpha() and word not in _EVERYDAY:
                known.setdefault(word, vendor)
    return known


def maker_in(text: str, makers: dict[str, str]) -> str | None:
    """Return the maker whose name a text begins with as a whole word, or None."""
    first = _FIRST_WORD.match(text)
    return makers.get(first[1]) if first is not None else None
