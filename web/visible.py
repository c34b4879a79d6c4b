"""Text from the network, made safe to look at: what hides, turns or stacks is shown as a mark.

Escaping for HTML is Jinja's work; this is about text that is harmless to the browser and deceives the reader:
direction overrides (U+202E), zero-width and blank characters, control characters, piled-up accents.
"""

from __future__ import annotations

import unicodedata
from typing import Any, Final, TypeVar, cast

MAX_SHOWN: Final = 600
"""Longest text shown in one place, in characters: an alert's explanation fits, a flood does not."""

MAX_ACCENTS: Final = 2
"""Combining marks kept on one letter: Vietnamese needs two, a tower over the line above needs more."""

_BLANKS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Characters that Unicode calls letters or symbols and that show nothing."""

_PLAIN: Final = frozenset((int, float, bool, type(None)))
"""Types that hold no text: most of what records are made of."""

T = TypeVar("T")


def visible(text: str) -> str:
    """Return `text` with every invisible or direction-changing character written as ‹U+202E›, and bounded."""
    if text.isascii() and text.isprintable() and len(text) <= MAX_SHOWN:
        return text
    shown: list[str] = []
    accents = 0
    for character in text[:MAX_SHOWN]:
        accents = accents + 1 if unicodedata.combining(character) else 0
        if accents <= MAX_ACCENTS:
            shown.append(_mark(character))
    return "".join(shown) + ("…" if len(text) > MAX_SHOWN else "")


def _mark(character: str) -> str:
    if unicodedata.category(character) == "Zs":
        return " "
    if character in "\n\t":
        return " "
    if character.isprintable() and character not in _BLANKS:
        return character
    return f"‹U+{ord(character):04X}›"


def visible_in(value: T) -> T:
    """Return a record, list or mapping with `visible` applied to every text in it, keys included."""
    return cast(T, _shown(value))


def _shown(value: Any) -> Any:
    kind = type(value)
    if kind in _PLAIN:
        return value
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, tuple):
        items = [_shown(item) for item in value]
        return kind._make(items) if hasattr(kind, "_make") else tuple(items)
    if isinstance(value, list):
        return [_shown(item) for item in value]
    if isinstance(value, dict):
        return {_shown(key): _shown(item) for key, item in value.items()}
    return value


def shortened(text: str, length: int) -> str:
    """Return `text` in at most `length` characters; a name's end says whose it is, so the middle goes."""
    if len(text) <= length:
        return text
    tail = length // 2
    return f"{text[: length - tail - 1]}…{text[-tail:]}"
