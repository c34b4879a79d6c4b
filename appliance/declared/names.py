"""Names of organisations: how they look in a text, and when two of them are one. Does no I/O."""

from __future__ import annotations

import re
from typing import Final

from appliance.declared.words import Words, some

LEGAL_FORMS: Final = (
    *(
        "GmbH & Co. KG",
        "GmbH & Co KG",
        "GmbH",
        "gGmbH",
        "mbH",
        "AG & Co. KGaA",
        "AG",
        "SE",
        "KGaA",
        "KG",
        "OHG",
    ),
    *(
        "UG (haftungsbeschränkt)",
        "UG",
        "e.V.",
        "e. V.",
        "GbR",
        "SAS",
        "S.A.S.",
        "SASU",
        "SARL",
        "S.à r.l.",
        "SA",
    ),
    *(
        "S.A.",
        "SNC",
        "SCOP",
        "EURL",
        "Inc.",
        "Inc",
        "Incorporated",
        "LLC",
        "L.L.C.",
        "Ltd.",
        "Ltd",
        "Limited",
    ),
    *(
        "plc",
        "PLC",
        "Corp.",
        "Corp",
        "Corporation",
        "Co., Ltd.",
        "Co. Ltd.",
        "LLP",
        "B.V.",
        "BV",
        "N.V.",
        "NV",
    ),
    *(
        "AB",
        "ApS",
        "A/S",
        "AS",
        "Oy",
        "Oyj",
        "S.p.A.",
        "SpA",
        "S.r.l.",
        "Srl",
        "S.L.",
        "Pty Ltd",
        "Pte. Ltd.",
    ),
    *("Pte Ltd", "K.K.", "Kft."),
)
"""Legal forms as they are written behind a name."""

_FORM: Final = "|".join(re.escape(form) for form in sorted(LEGAL_FORMS, key=len, reverse=True))
_WORD: Final = r"(?:[A-ZÀ-ÖØ-Þ][\w'’+!.-]*[\w+!]|[A-ZÀ-ÖØ-Þ]|[a-z]{1,3}[A-Z]\w+|\d+[A-Za-z]\w*)"
"""A word of a name: with a capital, or like "eBay" and "3m". A full stop only within it."""

MAX_WORDS: Final = 6
"""Words of a name; longer runs of capitals are headings."""

NAME: Final = rf"{_WORD}(?:\s(?:(?:of|de|du|des|&)\s)?{_WORD}){{0,{MAX_WORDS - 1}}}"
_LONG: Final = NAME.replace("of|de", "of|and|und|et|à|de")
LEGAL: Final = re.compile(rf"(?P<name>{_LONG}),?\s(?P<form>{_FORM})(?![\w])")

_ELIDED: Final = re.compile(r"^(?:[LDJNSC]|Qu)['’](?:[a-zà-ÿ]\S*\s?)?", re.IGNORECASE)
"""A French article that is one word with what follows; what follows with a small letter goes with it."""

_KEPT_APART: Final = re.compile(r"[^\w]+")
_GENERIC: Final = some(
    "group groupe gruppe holding international europe emea france deutschland germany ireland uk usa us"
    " technologies technology platforms com"
)
"""Words that tell a company of a group from another: not what a family knows it by."""


def key(name: str) -> tuple[str, ...]:
    """Return what two spellings of one organisation share: its words without legal form and place."""
    plain = re.sub(rf",?\s(?:{_FORM})(?!\w)", " ", f"{name} ").strip()
    words = [word for word in _KEPT_APART.split(plain.casefold()) if word]
    kept = [word for word in words if word not in _GENERIC]
    return tuple(kept or words)


def same(one: str, other: str) -> bool:
    """Return whether two names are probably one organisation: the words of one begin those of the other."""
    first, second = sorted((key(one), key(other)), key=len)
    return bool(first) and second[: len(first)] == first and len("".join(first)) > 2


def trimmed(text: str, words: Words) -> str:
    """Return a run of words with a capital without the ordinary ones at its beginning and the end."""
    kept = _ELIDED.sub("", text).split()
    while len(kept) > 1 and re.fullmatch(words.receiver, kept[0], re.IGNORECASE):
        kept = kept[1:]
    while kept and (kept[0].casefold().rstrip(".") in words.ordinary or not kept[0][:1].isalnum()):
        kept = kept[1:]
    while kept and (kept[-1].casefold() in words.linking or not kept[-1][-1:].isalnum()):
        kept = kept[:-1]
    return " ".join(kept).rstrip(".,;:")


def is_ordinary(word: str, words: Words) -> bool:
    """Return whether a word with a capital is none of a name."""
    plain = re.sub(r"['’]s$", "", word.casefold()).rpartition("-")[2]
    return plain in words.ordinary or plain in words.linking or bool(re.fullmatch(words.endings, plain, re.I))


def is_striking(name: str) -> bool:
    """Return whether a lone word looks like a name in any language: "OpenAI", "AWS", "Tr4nk"."""
    return bool(re.search(r"[a-z][A-Z]|\d|[&+!]|\.[a-z]{2,}$", name)) or (
        2 <= len(name) <= 5 and name.isupper()
    )
