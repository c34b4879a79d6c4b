"""A privacy notice as claims: who receives, where, what for, how long, with the sentence. Does no I/O."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from appliance.declared import names
from appliance.declared.document import COUNTRY, PARTY, PERIOD, PURPOSE, RULE, SUPPORT_END, Claim
from appliance.declared.english import WORDS as ENGLISH
from appliance.declared.french import WORDS as FRENCH
from appliance.declared.german import WORDS as GERMAN
from appliance.declared.judge import Known
from appliance.declared.page import is_page, text_of
from appliance.declared.parties_named import named
from appliance.declared.period import stated_end
from appliance.declared.sentences import Sentence, sentences
from appliance.declared.terms import Terms, terms_of
from appliance.declared.words import Words, holds

LANGUAGES: Final[tuple[Words, ...]] = (ENGLISH, FRENCH, GERMAN)

MAX_CLAIMS: Final = 500
"""Claims of one notice: more cannot be looked through by a parent."""

_LETTERS: Final = re.compile(r"[^\W\d_]+")


def language_of(text: str) -> Words | None:
    """Return the language whose common words a text has most; None where it has few of any."""
    found = [word.casefold() for word in _LETTERS.findall(text[:20_000])]
    scores = [sum(word in words.common for word in found) for words in LANGUAGES]
    best = max(scores)
    return LANGUAGES[scores.index(best)] if best and best * 25 > len(found) else None


def read_notice(text: str, known: Known, words: Words | None = None) -> list[Claim]:
    """Return the claims of a notice in its language, the same value once with its first sentence.

    Empty where the language is none of ours. A saved page is read as its text. Numbers and the document are
    given by the store.
    """
    text = text_of(text) if is_page(text) else text
    words = words or language_of(text)
    if words is None:
        return []
    held: dict[tuple[str, str, bool], Claim] = {}
    terms = terms_of(text, words)
    for sentence in sentences(text):
        for topic, value, denied, rule in _claims(sentence, words, known, terms):
            place = (topic, _same_name(held, value, denied, rule) if topic == PARTY else value, denied)
            before = held.get(place)
            if before is None:
                held[place] = Claim(0, 0, "", topic, value, denied, sentence.text, rule, RULE, False)
            elif rule == "legal_form" and before.rule != rule:  # the full name, with the sentence of it
                held[place] = before._replace(value=value)
        if len(held) >= MAX_CLAIMS:
            break
    return list(held.values())


def read_ends(text: str) -> list[Claim]:
    """Return the claims on the end of support in a text too short to tell its language: a label."""
    ends = {
        end: Claim(0, 0, "", SUPPORT_END, end, False, sentence.text, "support_end", RULE, False)
        for sentence in sentences(text)
        if any(holds(words.updating, sentence.text) for words in LANGUAGES)
        and (end := stated_end(sentence.text))
    }
    return list(ends.values())


def _same_name(held: dict[tuple[str, str, bool], Claim], name: str, denied: bool, rule: str) -> str:
    """Return the spelling under which a party is held already, else the one given.

    Two legal names are two companies, also where the name of one begins that of the other: those of a group.
    """
    for (topic, value, was_denied), claim in held.items():
        if topic == PARTY and was_denied == denied and names.same(value, name):
            if claim.rule == rule == "legal_form" and names.key(claim.value) != names.key(name):
                continue
            return value
    return name


def _claims(
    sentence: Sentence, words: Words, known: Known, terms: Terms
) -> Iterator[tuple[str, str, bool, str]]:
    """Yield (topic, value, denied, rule) of what one sentence says."""
    text = sentence.text
    denial = re.search(words.denial, text, re.IGNORECASE)
    denied = denial is not None
    refusal = re.search(words.refused, text, re.IGNORECASE) if words.refused else None
    context = f"{sentence.lead} {text}"
    owned = False
    for found in named(sentence, words, known, terms):
        there = denial is not None and (words.denied_before or found.at >= denial.start())
        there = there or (refusal is not None and _is_its_subject(text, found.at, refusal.start()))
        owned = owned or found.rule == "legal_form"
        yield PARTY, found.name, there, found.rule
    if owned or holds(words.placing, context) or holds(words.sharing, context):
        for place in _places(text, words, known):
            yield COUNTRY, place, denied, "place"
    if holds(words.sharing, context):
        for purpose, pattern in words.purposes:
            if holds(pattern, text):
                yield PURPOSE, purpose, denied, "purpose"
    if holds(words.updating, context) and (end := stated_end(text)):
        yield SUPPORT_END, end, denied, "support_end"
    if holds(words.keeping, context):
        for period in _periods(text, words):
            yield PERIOD, period, denied, "period"


def _is_its_subject(text: str, at: int, verb: int) -> bool:
    """Return whether a name stands before a verb, in the same clause."""
    return at < verb and ";" not in text[at:verb]


def _places(text: str, words: Words, known: Known) -> Iterator[str]:
    """Yield the countries and areas that a text names, the longest name first."""
    for match in re.finditer(r"[^\W\d_][\w'’.-]*(?:\s[\w'’.-]+)*", text):
        run = match[0].split()
        at = 0
        while at < len(run):
            for size in range(min(5, len(run) - at), 0, -1):
                candidate = " ".join(run[at : at + size]).strip(".").casefold()
                code = words.areas.get(candidate) or known.countries.get(candidate)
                if code and run[at][0].isupper():
                    yield code
                    at += size
                    break
            else:
                at += 1


def _periods(text: str, words: Words) -> Iterator[str]:
    """Yield spans as "24 months"."""
    units = "|".join(sorted(words.units, key=len, reverse=True))
    numbers = "|".join(sorted(map(re.escape, words.numbers), key=len, reverse=True))
    pattern = rf"(?<![\w,.])(\d{{1,3}}|{numbers})\)?\s(?:\(\d+\)\s)?(?:{units})(?!\w)"
    for match in re.finditer(pattern, text, re.IGNORECASE):
        if holds(rf"{words.recurring}\s?$", text[: match.start()]) or holds(
            rf"^\s?{words.aged}", text[match.end() :]
        ):
            continue  # "every ten days", "13 years old"
        unit = words.units[match[0].split()[-1].casefold()]
        number = match[1]
        yield f"{int(number) if number.isdigit() else words.numbers[number.casefold()]} {unit}"
