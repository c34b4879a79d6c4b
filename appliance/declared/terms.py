"""How one notice uses its words: what tells a name from a word with a capital. Does no I/O."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from appliance.declared import names
from appliance.declared.words import Words


class Terms(NamedTuple):
    """How a notice uses its words: what tells a name from a word with a capital."""

    small: frozenset[str]  # words that it also writes with a small letter
    defined: frozenset[str]  # lone words behind a definite article: "the Service"; small letters
    acting: frozenset[str]  # lone words that begin a sentence with a verb behind; small letters
    maker: str  # first word of the first organisation with a legal form: what its products begin with
    titled: str  # last word of the name in the title, where that is no company: the product; small letters


NO_TERMS: Final = Terms(frozenset(), frozenset(), frozenset(), "", "")
_ACTING: Final = re.compile(
    r"(?:^|[.!?;]\s)([A-ZÄÖÜ][\w-]{2,})\s(?:ist|wird|hat|kann|darf|[a-zäöü]{2,}t)\s", re.MULTILINE
)
FOREIGN: Final = re.compile(r"c(?![hk])|[yxqaoiu]$|ee$|sh|x.", re.IGNORECASE)
"""Spellings that German words seldom have."""

TITLE: Final = 120
"""Characters of a first line that is read as a title."""

_TITLED: Final = re.compile(
    rf"(?:\b(?:of|for|at|the|and|bei|beim|für|von|der|des|und|de|du|et|la|le)|[–—:-])\s({names.NAME})\.?$"
)

SMALL: Final = re.compile(r"(?<![\w’'])[a-zà-ÿ][\w-]{2,}")
"""A word that begins with a small letter."""


def terms_of(text: str, words: Words) -> Terms:
    """Return how a notice uses its words; German says less, since every noun there has a capital."""
    first = names.LEGAL.search(text)
    maker = (names.trimmed(first["name"], words).casefold().split() or [""])[0] if first else ""
    titled = _titled(text)
    if not words.article:
        acting = frozenset(word.casefold() for word in _ACTING.findall(text))
        return Terms(frozenset(), frozenset(), acting, maker, titled)
    lone = rf"\b(?i:{words.article})\s?([A-ZÀ-ÖØ-Þ][\w-]+)(?!\w|\s(?:[A-ZÀ-ÖØ-Þ]|of\s|de\s|du\s|&))"
    defined = frozenset(found.casefold() for found in re.findall(lone, text))
    return Terms(frozenset(SMALL.findall(text)), defined, frozenset(), maker, titled)


def _titled(text: str) -> str:
    """Return the last word of the name that ends the first line: "Privacy Policy of Momo Robot"; or ""."""
    title = text.lstrip()[:TITLE].partition("\n")[0].strip()
    named = _TITLED.search(title)
    return named[1].split()[-1].casefold() if named and not names.LEGAL.search(title) else ""
