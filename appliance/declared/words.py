"""What the rules look for in a language: cues as regular expressions. Does no I/O."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple


class Words(NamedTuple):
    """The cues of one language; every expression is matched without regard to case, but for names."""

    code: str  # "en", "fr", "de"
    common: frozenset[str]  # words that tell the language
    sharing: str  # a sentence with one of these speaks of who receives
    excluded: str  # ... unless it has one of these: complaints, links, references to laws
    receiver: str  # nouns that stand right before a receiver's name: "our provider Sternfunk"
    before: str  # prepositions before a receiver
    listing: str  # what opens a list of names: "such as"
    joining: str  # what stands between two names of a list
    doing: str  # verbs behind a receiver that is the subject: "Sternfunk hosts"
    at_places: str  # prepositions before places
    linking: frozenset[str]  # small words within a name: "Bank of ..."
    ordinary: frozenset[str]  # words with a capital that are no names; small letters here
    apart: frozenset[str]  # words that no organisation's name has: of laws, streets, browsers; small letters
    placed: str  # words before a preposition that a place stands behind: "based in"
    column: tuple[str, ...]  # heads of columns that hold the names of receivers, the surest first
    article: str  # definite articles: a lone word behind one is a term of the notice; empty: nothing follows
    conjunction: str  # "and"
    serving: str  # behind a name, what it is used for: "Sternfunk for"
    company: str  # behind "X, a ...": what tells that X is an organisation
    endings: str  # of words with a capital that are no names: matters where every noun has one
    denial: str  # a sentence with this says that something does not go there
    denied_before: bool  # names before the denial are denied too, not only those behind it
    refused: str  # behind a name that gets nothing: "has no access"; empty where denied_before tells
    keeping: str  # a sentence with one of these speaks of how long
    updating: str  # a sentence with one of these speaks of until when updates come
    placing: str  # a sentence with one of these speaks of where
    recurring: str  # before a span that is no term: "every ten minutes"
    aged: str  # behind one that is an age: "13 years old"
    units: Mapping[str, str]  # word → "days", "weeks", "months", "years", "hours"
    numbers: Mapping[str, int]
    purposes: tuple[tuple[str, str], ...]  # expression → a purpose of docs/parties.md
    areas: Mapping[str, str]  # names of areas that are no country → "EEA"


def alternatives(text: str) -> str:
    """Return an expression for any of the words or patterns in `text`, whole words."""
    return rf"(?<!\w)(?:{'|'.join(text.split())})(?!\w)".replace("_", r"\s+")


def some(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


def holds(pattern: str, sentence: str) -> bool:
    """Return whether a cue is in a sentence."""
    return re.search(pattern, sentence, re.IGNORECASE) is not None
