"""Names of registered organisations: how they are compared, and how they are shown. Does no I/O."""

from __future__ import annotations

import re
from typing import Final

_LEGAL: Final = frozenset(
    [
        "inc",
        "incorporated",
        "llc",
        "ltd",
        "limited",
        "co",
        "corp",
        "corporation",
        "company",
        "gmbh",
        "ag",
        "bv",
        "b",
        "v",
        "sa",
        "s",
        "a",
        "sas",
        "sarl",
        "srl",
        "spa",
        "ab",
        "as",
        "oy",
        "oyj",
        "aps",
        "plc",
        "kk",
        "pte",
        "pty",
        "kg",
        "nv",
        "lda",
    ]
)
"""The closing legal forms of companies' names."""

_WORDS: Final = re.compile(r"[^\W_]+")


def words_of(name: str) -> list[str]:
    """Return the words of a name, folded, without punctuation."""
    return _WORDS.findall(name.casefold())


def organisation_key(name: str) -> str:
    """Return an organisation's name as compared: whole, without case, punctuation and closing legal form.

    "LEGO System A/S" and "LEGO SYSTEM A/S." are one name; "Kyoto Microcomputer" is not "Yoto".
    """
    words = words_of(name)
    while len(words) > 1 and words[-1] in _LEGAL:
        words.pop()
    return " ".join(words)


def shown_organisation(name: str) -> str:
    """Return a registered name as people say it: without its closing legal form."""
    words = name.replace(",", " ").replace("，", " ").split()
    while len(words) > 1 and all(part in _LEGAL for part in words_of(words[-1]) or ["co"]):
        words.pop()
    return " ".join(words)
