"""Lets what the rules find in a notice pass as names of organisations, or not. Does no I/O."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from appliance.declared import names
from appliance.declared.lexicon import is_compound
from appliance.declared.terms import FOREIGN, Terms
from appliance.declared.words import Words, holds

ITEM: Final = rf"(?:{names.NAME})"


_DIRECTION: Final = re.compile(
    r"\s(?:north|south|east|west|central|nord|süd|ost|mitte|sud|est|ouest)$|^(?:north|south|east|west)\s"
)
"""Words that tell a part of a country or town from the rest: "Schweiz Nord", a region of a cloud."""


class Known(NamedTuple):
    """What names are known beforehand, handed in."""

    organisations: frozenset[tuple[str, ...]]  # names.key of organisations that many makers use
    small: frozenset[str]  # those of them that are written with a small letter: "etracker"
    countries: dict[str, str]  # name in small letters → ISO 3166-1 alpha-2, in every language
    adjectives: frozenset[str]  # names of languages, which are those of peoples; small letters
    places: frozenset[str]  # towns and states of the world; small letters
    first_names: frozenset[str]  # of people; small letters
    german: frozenset[str]  # ordinary words of German, less those that are made of two; small letters
    everyday: frozenset[str]  # words often written in English or French; small letters


class Found(NamedTuple):
    """A name in a sentence."""

    name: str
    rule: str
    at: int  # where in the sentence


WEAK: Final = frozenset(("before", "mention", "listing", "aside", "subject", "line", "heading"))
"""Rules that go by little more than where a word stands."""


class Cues(NamedTuple):
    """The expressions of one language, compiled. Case matters for names alone, so cues switch it off."""

    receiver: re.Pattern[str]
    before: re.Pattern[str]
    listing: re.Pattern[str]
    labelled: re.Pattern[str]
    subject: re.Pattern[str]
    joining: re.Pattern[str]
    apposed: re.Pattern[str]


@lru_cache(maxsize=8)
def _cues(expressions: tuple[str, ...]) -> Cues:
    receiver, before, listing, doing, joining, company = expressions
    name = rf"(?P<name>{ITEM})"
    quote = r"(?:[\"“„«]\s?)?"
    start = r"(?:^|[,;:]\s|\b(?:and|et|und)\s)"
    aside = r"(?:,[^,]{2,60},|\s\([^()]{2,60}\))?"
    return Cues(
        re.compile(rf"(?i:{receiver}),?\s{quote}{name}"),
        re.compile(rf"(?i:{before})\s?{quote}{name}"),
        re.compile(rf"(?i:{listing})[\s:,]*{quote}{name}"),
        re.compile(rf"^[^:]{{0,40}}(?i:{receiver})[^:]{{0,30}}:\s{quote}{name}"),
        re.compile(rf"{start}{name}{aside}\s(?:{doing})"),
        re.compile(joining, re.IGNORECASE),
        re.compile(
            rf"{name}(?:\s\([^()]{{2,60}}\))?,\s(?:an?|the|une?|le|la|eine?[mnrs]?|der|die|das)\s"
            rf"(?:[a-zà-ÿ][\w-]*\s){{0,4}}(?i:{company})"
        ),
    )


def _is_in_an_address(text: str, start: int, end: int, words: Words) -> bool:
    """Return whether a house number or post code stands before or behind."""
    before = re.search(r"\d[a-z]?,?\s(\w+)\s(?:\w+\s){0,2}$", text[max(0, start - 80) : start])
    street = before is not None and before[1].casefold() in words.apart
    numbered = re.search(r"\d[a-z]?,?\s\(?$", text[:start]) or re.search(r"\s\d+[A-Za-z]?$", text[start:end])
    return street or numbered is not None or re.match(r"\s\d", text[end:]) is not None


def run(text: str, at: int, joining: re.Pattern[str], *, whole: bool = False) -> list[tuple[str, int]]:
    """Return the names of a list that begins at a place, as far as it goes on.

    Behind a company with its legal form, a list of commas alone is its address, but where a list is the
    `whole` of what is said; such a list is none where it does not reach the end of the text, brackets aside.
    """
    found: list[tuple[str, int]] = []
    joined = ""
    while item := re.compile(ITEM).match(text, at):
        found.append((item[0], at))
        after = joining.match(text, item.end())
        if after is None:
            at = item.end()
            break
        at = after.end()
        joined += after[0]
    if whole:
        return found if at >= len(text) or re.match(r"[\s.;,]*(?:\(|[,;]|$)", text[at:]) else []
    firm = [each for each in found if names.LEGAL.fullmatch(each[0])]
    return firm if firm[:1] == found[:1] and not re.sub(r"[, ]|\bà\b", "", joined) else found


class Judge:
    """Lets the names of one list pass, or not."""

    def __init__(self, words: Words, known: Known, terms: Terms) -> None:
        self.words = words
        self.terms = terms
        self.known = known
        self.german = words.code == "de"  # where every noun has a capital
        expressions = (words.receiver, words.before, words.listing, words.doing, words.joining, words.company)
        self.cues = _cues(expressions)

    def runs(self, cue: re.Pattern[str], text: str, rule: str, *, lenient: bool) -> Iterator[Found]:
        """Yield the names of every list that begins behind a cue."""
        for found in cue.finditer(text):
            at = found.start("name")
            if (
                rule == "receiver"
                and not self.german
                and found[0][:2].istitle()
                and text[: found.start()].strip()
            ):
                continue  # "Meta Platforms Ireland": part of a name
            if rule not in WEAK or not self._is_behind_place_word(
                text[: found.start()], text[found.start() : at]
            ):
                yield from self.pass_on(
                    self._less_address(run(text, at, self.cues.joining), text), rule, text, lenient=lenient
                )

    def _less_address(self, items: list[tuple[str, int]], text: str) -> list[tuple[str, int]]:
        """Return a list without what follows its first, where commas alone lead to a town: an address."""
        if len(items) < 3 or not self.is_place(items[-1][0]):
            return items
        between = [text[at + len(name) : after] for (name, at), (_, after) in pairwise(items)]
        return items[:1] if all(re.fullmatch(r",\s(?:[Tt]he\s)?", each) for each in between) else items

    def pass_on(
        self, items: list[tuple[str, int]], rule: str, text: str, *, lenient: bool, strict: bool = False
    ) -> Iterator[Found]:
        """Yield the items (name, where it stands in the text) that are names.

        In German one sure name vouches for the lone words beside it.
        """
        trimmed = [
            (name, item, at)
            for item, at in items
            if (name := item if self.is_known(item) else names.trimmed(item, self.words))
        ]
        passing = [
            (name, at)
            for name, item, at in trimmed
            if self.passes(name, strict=strict)
            and not (rule in WEAK and self.is_a_term(name))
            and not (at and _is_in_an_address(text, at, at + len(item), self.words))
        ]
        vouched = any(self._is_sure(name, rule) for name, _ in passing)
        if rule in WEAK and not (self.german and vouched):
            passing = [(name, at) for name, at in passing if not self.is_plain(name)]
        if lenient or not self.german or vouched:
            yield from (Found(name, rule, at) for name, at in passing)

    def _is_behind_place_word(self, before: str, cue: str) -> bool:
        """Return whether what follows is probably a place: "based in", "Nuagerie à Lyon"."""
        if not holds(rf"^\W*{self.words.at_places}\W*$", cue):
            return False
        behind_a_name = re.search(rf"{ITEM}[.)]?,?\s*$", before) is not None
        return behind_a_name or holds(rf"{self.words.placed}[\s,]*$", before)

    def is_a_word(self, name: str) -> bool:
        """Return whether the notice also writes this with a small letter, as it does no name."""
        return name[0].isupper() and name.casefold() in self.terms.small

    def is_a_term(self, name: str) -> bool:
        """Return whether this is a word of the notice, or the maker's own product, no organisation."""
        plain = name.casefold()
        if self.is_known(name) or not name[0].isupper():
            return False
        if " " not in plain:
            acronym = 2 <= len(name) <= 5 and name.isupper()
            other = self.terms.small | self.terms.defined | {self.terms.titled}
            return acronym or not {plain, plain.rstrip("s")}.isdisjoint(other)
        return plain.split()[0] == self.terms.maker or plain.split()[-1] == self.terms.titled

    def is_plain(self, name: str) -> bool:
        """Return whether this is a person's first name, or a word of German, which has a capital there."""
        plain = name.casefold()
        return plain in self.known.first_names or (self.german and plain in self.known.german)

    def looks_german(self, name: str) -> bool:
        """Return whether a word, or it without its case, ends with one of our list of German words."""
        last = name.casefold().rpartition("-")[2]
        stems = {last, re.sub(r"e?[sn]$", "", last)}
        return any(stem[at:] in self.known.german for stem in stems for at in range(len(stem) - 2))

    def is_made_of_german(self, name: str) -> bool:
        """Return whether a word is made of German ones alone: "Mobilfunk"; a name may be, too."""
        return not names.is_striking(name) and is_compound(name.casefold(), self.known.german)

    def is_foreign(self, name: str) -> bool:
        """Return whether a lone word is spelt as no word of German is: a name wherever it stands."""
        if re.search(r"[\s-]", name) or name.isupper() or len(name) < 4:
            return False
        return names.is_striking(name) or not (self.looks_german(name) or self.is_plain(name))

    def passes(self, name: str, *, strict: bool = False) -> bool:
        """Return whether no word list says that this is no organisation; `strict`: of none of its words."""
        plain = name.casefold()
        if (
            len(name) < 2
            or self.is_place(name)
            or plain in self.known.adjectives
            or name in names.LEGAL_FORMS
            or names.is_generic(name)
        ):
            return False
        parts = re.split(r"[\s-]", plain)
        telling = parts if self.german else (parts[0], parts[-1])
        if not self.words.apart.isdisjoint(telling) and not self.is_known(name):
            return False
        ordinary = [names.is_ordinary(word, self.words) for word in name.split() if word != "&"]
        return not (any(ordinary) if strict else all(ordinary))

    def is_known(self, name: str) -> bool:
        """Return whether this is an organisation that many makers use."""
        return names.key(name) in self.known.organisations

    def is_known_small(self, word: str) -> bool:
        """Return whether a word with a small letter is such an organisation, and no word of a language."""
        known = self.known
        seldom = not any(word in words for words in (known.everyday, known.german, known.first_names))
        return word in known.small or (seldom and self.is_known(word))

    def is_place(self, name: str) -> bool:
        """Return whether this is a country, an area, a state or a town; an organisation we know is none."""
        plain, known = name.casefold().strip(), self.known
        plain = _DIRECTION.sub("", plain)
        return (
            plain in known.countries
            or plain in self.words.areas
            or (plain in known.places and names.key(name) not in known.organisations)
        )

    def _is_sure(self, name: str, rule: str) -> bool:
        return (
            " " in name
            or names.is_striking(name)
            or self.is_known(name)
            or not self.looks_german(name)
            or (rule == "before" and (name.casefold() in self.terms.acting or bool(FOREIGN.search(name))))
        )
