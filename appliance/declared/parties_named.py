"""The organisations that a sentence names as receivers: transparent rules, one function each. Does no I/O.

docs/declared.md has an example of each rule. A rule would rather miss a name than make one up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from appliance.declared import names
from appliance.declared.sentences import Sentence
from appliance.declared.words import Words, holds

_ITEM: Final = rf"(?:{names.NAME})"
_ASIDE: Final = re.compile(r"\([^()]*\)")
_INSIDE: Final = re.compile(r"\(([^()]{2,120})\)")
_SEPARATED: Final = re.compile(r"\s+[–—|-]\s+|\s*\|\s*|:\s+|\s*\(|,\s")
_EXPLAINED: Final = re.compile(rf"({_ITEM})\s\(([^()]{{2,80}})\)")
_QUOTED: Final = re.compile(rf"[\"“„«»‚‘]\s?({_ITEM})\s?[\"”“»«’‘]")


class Known(NamedTuple):
    """What names are known beforehand, handed in."""

    organisations: frozenset[tuple[str, ...]]  # names.key of organisations that many makers use
    countries: dict[str, str]  # name in small letters → ISO 3166-1 alpha-2, in every language
    adjectives: frozenset[str]  # names of languages, which are those of peoples; small letters


class Found(NamedTuple):
    """A name in a sentence."""

    name: str
    rule: str
    at: int  # where in the sentence


class Cues(NamedTuple):
    """The expressions of one language, compiled. Case matters for names alone, so cues switch it off."""

    receiver: re.Pattern[str]
    before: re.Pattern[str]
    listing: re.Pattern[str]
    labelled: re.Pattern[str]
    subject: re.Pattern[str]
    joining: re.Pattern[str]


@lru_cache(maxsize=8)
def _cues(receiver: str, before: str, listing: str, doing: str, joining: str) -> Cues:
    name = rf"(?P<name>{_ITEM})"
    quote = r"(?:[\"“„«]\s?)?"
    start = r"(?:^|[,;:]\s|\b(?:and|et|und)\s)"
    aside = r"(?:,[^,]{2,60},|\s\([^()]{2,60}\))?"
    return Cues(
        re.compile(rf"(?i:{receiver})\s{quote}{name}"),
        re.compile(rf"(?i:{before})\s?{quote}{name}"),
        re.compile(rf"(?i:{listing})[\s:,]*{quote}{name}"),
        re.compile(rf"^[^:]{{0,40}}(?i:{receiver})[^:]{{0,30}}:\s{quote}{name}"),
        re.compile(rf"{start}{name}{aside}\s(?:{doing})"),
        re.compile(joining, re.IGNORECASE),
    )


def named(sentence: Sentence, words: Words, known: Known) -> Iterator[Found]:
    """Yield each organisation that a sentence names; one may come by several rules."""
    if holds(words.excluded, sentence.text):
        return
    judge = Judge(words, known)
    yield from _with_legal_form(sentence.text, words)
    yield from _anywhere(sentence, judge)
    if sentence.heading:
        return
    concerned = _concerns(f"{sentence.lead} {sentence.text}", words)
    if concerned or not judge.german:
        yield from _behind_small_words(sentence, judge)
    if concerned:
        yield from _where_sharing_is_spoken_of(sentence, judge)


def _bare(text: str) -> str:
    """Return a text with blanks in place of what stands in brackets."""
    return _ASIDE.sub(lambda aside: " " * len(aside[0]), text)


def _anywhere(sentence: Sentence, judge: Judge) -> Iterator[Found]:
    """Yield names that show themselves: "our provider X", "Provider: X", "X hosts", "X (hosting)"."""
    text, cues, lenient = sentence.text, judge.cues, not judge.german
    yield from judge.runs(cues.receiver, _bare(text), "receiver", lenient=True)
    yield from judge.runs(cues.labelled, _bare(text), "labelled", lenient=lenient)
    for found in cues.subject.finditer(text):
        yield from judge.pass_on([found["name"]], "subject", found.start("name"), lenient=lenient)
    for explained in _EXPLAINED.finditer(text):
        if any(holds(pattern, explained[2]) for _, pattern in judge.words.purposes):
            yield from judge.pass_on([explained[1]], "explained", explained.start(), lenient=True)


def _behind_small_words(sentence: Sentence, judge: Judge) -> Iterator[Found]:
    """Yield names behind "such as" and behind prepositions."""
    yield from judge.runs(judge.cues.listing, _bare(sentence.text), "listing", lenient=True)
    yield from judge.runs(judge.cues.before, _bare(sentence.text), "before", lenient=False)


def _where_sharing_is_spoken_of(sentence: Sentence, judge: Judge) -> Iterator[Found]:
    """Yield names in brackets, in lines of a list, in quotes, that are known, or within a clause."""
    text, words = sentence.text, judge.words
    for aside in _INSIDE.finditer(text):
        items = _whole_items(aside[1], judge.cues.joining)
        yield from judge.pass_on(items, "aside", aside.start(), lenient=True)
    if sentence.listed:
        yield from judge.pass_on(_line(text, words), "line", 0, lenient=True)
    for quoted in _QUOTED.finditer(text):
        if quoted[1].casefold() not in words.ordinary:
            yield Found(quoted[1], "quoted", quoted.start())
    bare = _bare(text)
    for found in re.finditer(_ITEM, bare):
        name = names.trimmed(found[0], words)
        if judge.is_known(name) and judge.passes(name):
            yield Found(name, "known", found.start())
        elif not judge.german and _is_mention(bare, found.start(), words) and judge.passes(name, strict=True):
            yield Found(name, "mention", found.start())


def _concerns(text: str, words: Words) -> bool:
    """Return whether a text speaks of who receives something, or of what for."""
    return holds(words.sharing, text) or any(holds(pattern, text) for _, pattern in words.purposes)


def _with_legal_form(text: str, words: Words) -> Iterator[Found]:
    for found in names.LEGAL.finditer(text):
        name = names.trimmed(found["name"], words)
        if name and not all(word.casefold() in words.ordinary for word in name.split()):
            yield Found(f"{name} {found['form']}", "legal_form", found.start())


def _run(text: str, at: int, joining: re.Pattern[str]) -> list[str]:
    """Return the names of a list that begins at a place, as far as it goes on.

    Behind a company with its legal form, a list of commas alone is its address.
    """
    found: list[str] = []
    joined = ""
    while item := re.compile(_ITEM).match(text, at):
        found.append(item[0])
        after = joining.match(text, item.end())
        if after is None:
            break
        at = after.end()
        joined += after[0]
    firm = [name for name in found if names.LEGAL.fullmatch(name)]
    return firm if firm[:1] == found[:1] and not joined.strip(", ") else found


def _whole_items(text: str, joining: re.Pattern[str]) -> list[str]:
    """Return the items of an aside that are names from end to end."""
    items = [item.strip() for item in joining.split(text)]
    return [item for item in items if re.fullmatch(_ITEM, item)]


def _line(text: str, words: Words) -> list[str]:
    """Return the name at the beginning of a line of a list, or behind a purpose: "Hosting: Sternfunk"."""
    parts = [part.strip() for part in _SEPARATED.split(text) if part.strip()]
    items = [item for part in parts[:2] if re.fullmatch(_ITEM, item := part.rstrip(".;,"))]
    return [item for item in items if not all(names.is_ordinary(word, words) for word in item.split())][:1]


def _is_mention(text: str, at: int, words: Words) -> bool:
    """Return whether a name stands within a clause, and not behind a word that a place stands behind."""
    before = text[:at].rstrip()
    if not before or before[-1] in ',.!?:;|–—-•)"“”„«»':
        return False
    return re.search(rf"{words.at_places}$", before, re.IGNORECASE) is None


class Judge:
    """Lets the names of one list pass, or not."""

    def __init__(self, words: Words, known: Known) -> None:
        self.words = words
        self.german = words.code == "de"  # where every noun has a capital
        self.cues = _cues(words.receiver, words.before, words.listing, words.doing, words.joining)
        self._known = known

    def runs(self, cue: re.Pattern[str], text: str, rule: str, *, lenient: bool) -> Iterator[Found]:
        """Yield the names of every list that begins behind a cue."""
        for found in cue.finditer(text):
            at = found.start("name")
            yield from self.pass_on(_run(text, at, self.cues.joining), rule, at, lenient=lenient)

    def pass_on(self, items: list[str], rule: str, at: int, *, lenient: bool) -> Iterator[Found]:
        """Yield the items that are names. In German one sure name vouches for the lone words beside it."""
        trimmed = [name for item in items if (name := names.trimmed(item, self.words))]
        passing = [name for name in trimmed if self.passes(name)]
        if lenient or not self.german or any(map(self._is_sure, passing)):
            yield from (Found(name, rule, at) for name in passing)

    def passes(self, name: str, *, strict: bool = False) -> bool:
        """Return whether no word list says that this is no organisation; `strict`: of none of its words."""
        plain, known = name.casefold(), self._known
        if (
            len(name) < 2
            or plain in known.countries
            or plain in known.adjectives
            or plain in self.words.areas
        ):
            return False
        ordinary = [names.is_ordinary(word, self.words) for word in name.split()]
        return not (any(ordinary) if strict else all(ordinary))

    def is_known(self, name: str) -> bool:
        """Return whether this is an organisation that many makers use."""
        return names.key(name) in self._known.organisations

    def _is_sure(self, name: str) -> bool:
        return " " in name or names.is_striking(name) or self.is_known(name)
