"""The ordinary words of German, where every noun has a capital: what tells a name from one. Does no I/O."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

LINKS: Final = ("", "s", "n", "en", "er", "es", "e")
"""What stands between the two words of a compound: "Verkehr-s-mittel"."""

SHORTEST: Final = 4
"""Letters of each word of a compound; shorter ones make half of all names."""


def is_compound(word: str, words: Collection[str]) -> bool:
    """Return whether two or three words make this one: "adresshändler"; in small letters."""
    for at in range(len(word) - SHORTEST, SHORTEST - 1, -1):
        first, second = word[:at], word[at:]
        if _is_first(first, words) and (
            second in words or (len(second) >= 2 * SHORTEST and is_compound(second, words))
        ):
            return True
    return False


def _is_first(part: str, words: Collection[str]) -> bool:
    """Return whether this is a word with what links it to the next; "adress" has lost its end."""
    if f"{part}e" in words:
        return True
    return any(
        part.endswith(link) and len(part) - len(link) >= SHORTEST and part[: len(part) - len(link)] in words
        for link in LINKS
    )
