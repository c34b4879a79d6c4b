"""The organisations that a sentence names as receivers: transparent rules, one function each. Does no I/O.

docs/declared.md has an example of each rule. A rule would rather miss a name than make one up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from appliance.declared import names
from appliance.declared.judge import ITEM, WEAK, Found, Judge, Known, run
from appliance.declared.sentences import Sentence
from appliance.declared.terms import NO_TERMS, SMALL, Terms
from appliance.declared.words import Words, holds

_ASIDE: Final = re.compile(r"\([^()]*\)")
_INSIDE: Final = re.compile(r"\(([^()]{2,120})\)")
_SEPARATED: Final = re.compile(r"\s+[–—|-]\s+|\s*\|\s*|:\s+|\s*\(|,\s")
_LABEL: Final = re.compile(r"[^:,;.()]{2,60}?\s?:\s+(?=[A-ZÀ-ÖØ-Þ])")
_EXPLAINED: Final = re.compile(rf"({ITEM})\s\(([^()]{{2,80}})\)")
_QUOTED: Final = re.compile(rf"[\"“„«»‚‘]\s?({ITEM})\s?[\"”“»«’‘]")


def named(sentence: Sentence, words: Words, known: Known, terms: Terms = NO_TERMS) -> Iterator[Found]:
    """Yield each organisation that a sentence names; one may come by several rules."""
    firms = list(_with_legal_form(sentence.text, words, known))
    yield from firms
    if holds(words.excluded, sentence.text):
        return
    judge = Judge(words, known, terms)
    spans = [(firm.at, firm.at + len(firm.name)) for firm in firms]
    others = list(_otherwise(sentence, judge))
    spans += [(one.at, one.at + len(one.name)) for one in others if one.rule not in WEAK]
    towns = {one.at for one in others if one.rule == "institution"}
    for found in others:
        longer = found.at in towns and found.rule != "institution"  # "Klinikum Stuttgart Zeiten"
        if not longer and not any(start < found.at < end for start, end in spans):  # part of another name
            yield found


def _otherwise(sentence: Sentence, judge: Judge) -> Iterator[Found]:
    """Yield the names that a sentence has by other signs than a legal form."""
    words = judge.words
    if sentence.cells:
        column = _column(sentence, words)
        yield from _in_cell(sentence, column, judge) if column is not None else _known(sentence, judge)
        return
    yield from _anywhere(sentence, judge)
    if sentence.heading:
        yield from _over_its_paragraph(sentence, judge)
        return
    yield from _known(sentence, judge)
    concerned = _concerns(f"{sentence.lead} {sentence.text}", words)
    if concerned or not judge.german:
        yield from _behind_small_words(sentence, judge)
    else:
        behind = judge.runs(judge.cues.before, _bare(sentence.text), "before", lenient=False)
        yield from (found for found in behind if judge.is_foreign(found.name))
    if concerned:
        for found in names.INSTITUTION.finditer(sentence.text):
            yield Found(found[0], "institution", found.start())
        yield from _where_sharing_is_spoken_of(sentence, judge)


def _bare(text: str) -> str:
    """Return a text with blanks in place of what stands in brackets."""
    return _ASIDE.sub(lambda aside: " " * len(aside[0]), text)


def _anywhere(sentence: Sentence, judge: Judge) -> Iterator[Found]:
    """Yield names that show themselves: "our provider X", "Provider: X", "X hosts", "X (hosting)"."""
    text, cues, lenient = sentence.text, judge.cues, not judge.german
    for part in (_bare(text), *_INSIDE.findall(text)):
        yield from judge.runs(cues.receiver, part, "receiver", lenient=True)
    yield from judge.runs(cues.labelled, _bare(text), "labelled", lenient=lenient)
    for found in cues.subject.finditer(text):
        named_so = [(found["name"], found.start("name"))]
        yield from judge.pass_on(named_so, "subject", text, lenient=lenient)
    for explained in _EXPLAINED.finditer(text):
        if any(holds(pattern, explained[2]) for _, pattern in judge.words.purposes):
            yield from judge.pass_on([(explained[1], explained.start())], "explained", text, lenient=True)
    for serving in re.finditer(
        rf"(?:[,;]|,?\s(?:and|et|und))\s(?P<name>{ITEM})(?:\s\([^()]{{2,60}}\))?(?P<apart>,?)\s{judge.words.serving}\s",
        text,
    ):
        if not serving["apart"] or serving[0].startswith(";"):  # else a town of an address
            named_so = [(serving["name"], serving.start("name"))]
            yield from judge.pass_on(named_so, "serving", text, lenient=lenient)
    for found in cues.apposed.finditer(text):
        if not judge.is_plain(found["name"]):
            yield from judge.pass_on([(found["name"], found.start("name"))], "apposed", text, lenient=True)


def _column(sentence: Sentence, words: Words) -> int | None:
    """Return which cell of a row holds a receiver's name; None where its table does not tell."""
    heads = rf"(?:{'|'.join(words.column)}):?"
    upright = len(sentence.cells) == 2 and sentence.cells is not sentence.header
    if upright and re.fullmatch(heads, sentence.cells[0], re.IGNORECASE):
        return 1  # "Provider | X"
    for column in words.column:
        for at, head in enumerate(sentence.header[: len(sentence.cells)]):
            if holds(column, head):
                return at
    return None


def _in_cell(sentence: Sentence, column: int, judge: Judge) -> Iterator[Found]:
    """Yield the names of a row: what stands in the column of names is one, however it is written."""
    if sentence.cells is sentence.header:
        return
    cell = sentence.cells[column]
    at = sentence.text.find(cell)
    for at_part, part in enumerate((_ASIDE.sub("", cell), *_INSIDE.findall(cell))):
        for item in re.split(r"\s*[,;/]\s(?!(?i:inc|ltd|llc|s\.))|\s/\s|\s(?:und|and|et)\s(?=[A-Z])", part):
            name = item.strip(" .*†‡¹²³")
            lone = bool(re.fullmatch(r"[a-z][\w.-]+", name))
            if (
                lone and not at_part and name not in judge.words.ordinary and name not in judge.terms.small
            ) or (re.fullmatch(ITEM, name) and judge.passes(name) and not names.LEGAL.fullmatch(name)):
                yield Found(name, "column", at)


def _over_its_paragraph(sentence: Sentence, judge: Judge) -> Iterator[Found]:
    """Yield the names of a heading that the paragraph beneath speaks of: "Crashlytics" over what it does."""
    text = sentence.text.rstrip(":")
    items = [item.strip() for item in judge.cues.joining.split(text)]
    if not _concerns(sentence.beneath, judge.words) or not all(re.fullmatch(ITEM, item) for item in items):
        return
    spoken_of = [
        item
        for item in items
        if judge.is_known(item) or re.search(rf"\b{re.escape(item.split()[0])}\b", sentence.beneath)
    ]
    yield from judge.pass_on(
        [(item, text.find(item)) for item in spoken_of], "heading", text, lenient=False, strict=True
    )


def _behind_small_words(sentence: Sentence, judge: Judge) -> Iterator[Found]:
    """Yield names behind "such as" and behind prepositions."""
    if not sentence.text.endswith("?"):
        yield from judge.runs(judge.cues.listing, _bare(sentence.text), "listing", lenient=True)
    yield from judge.runs(judge.cues.before, _bare(sentence.text), "before", lenient=False)


def _known(sentence: Sentence, judge: Judge) -> Iterator[Found]:
    """Yield names that our own tables know, wherever they stand; the longest of a run of capitals."""
    bare = _bare(sentence.text)
    for found in re.finditer(ITEM, bare):
        whole = found[0].split()
        if not judge.is_known(found[0]) and not judge.words.apart.isdisjoint(map(str.casefold, whole)):
            continue  # "NIST Cybersecurity Framework"
        run = whole if judge.is_known(found[0]) else names.trimmed(found[0], judge.words).split()
        if name := _from_known(run, judge):
            yield Found(name, "known", found.start())
    for word in SMALL.finditer(bare):
        if judge.is_known_small(word[0]) and not re.search(r"[@./-]$", bare[: word.start()]):
            yield Found(word[0], "known", word.start())


def _from_known(words: list[str], judge: Judge) -> str:
    """Return what of a run begins with a known name, less ordinary words and places at its end; or ""."""
    first = 0
    while first < len(words) - 1 and (
        names.is_ordinary(words[first], judge.words) or judge.is_place(words[first])
    ):
        first += 1
    spans = [(start, end) for start in dict.fromkeys((0, first)) for end in range(len(words), start, -1)]
    for begin, end in spans:
        name = " ".join(words[begin:end])
        if judge.is_known(name) and judge.passes(name) and not judge.is_a_word(name):
            while len(words) > end and (
                names.is_ordinary(words[-1], judge.words) or judge.is_place(words[-1])
            ):
                words = words[:-1]
            return " ".join(words[begin:])
    return ""


def _where_sharing_is_spoken_of(sentence: Sentence, judge: Judge) -> Iterator[Found]:
    """Yield names in brackets, in lines of a list, in quotes, that are known, or within a clause."""
    text, words = sentence.text, judge.words
    for aside in _INSIDE.finditer(text):
        inside = re.sub(rf"^{words.listing}[\s:]*", "", aside[1], flags=re.IGNORECASE)
        items = [
            item
            for item in _whole_items(inside, judge.cues.joining)
            if judge.is_known(item) or not (judge.german and judge.is_made_of_german(item))
        ]
        if not any(judge.is_place(item) for item in aside[1].split(", ")):  # else it is an address
            yield from judge.pass_on([(item, aside.start(1)) for item in items], "aside", text, lenient=True)
    if sentence.listed and not _is_a_role(text, judge):
        if (label := _LABEL.match(text)) and (
            behind := run(text, label.end(), judge.cues.joining, whole=True)
        ):
            yield from judge.pass_on(behind, "label", text, lenient=True)
        else:
            yield from judge.pass_on([(item, 0) for item in _line(text, words)], "line", text, lenient=True)
        several = run(_bare(text), 0, judge.cues.joining)
        if len(several) > 1 and not text[several[-2][1] + len(several[-2][0]) : several[-1][1]].startswith(
            ","
        ):
            yield from judge.pass_on(several, "line", text, lenient=not judge.german)
    for quoted in _QUOTED.finditer(text):
        if not holds(rf"{words.receiver}[^.!?]{{0,30}}$", text[: quoted.start()]):
            continue
        if not judge.is_a_term(quoted[1]) and quoted[1].casefold() not in words.ordinary:
            yield Found(quoted[1], "quoted", quoted.start())
    bare = _bare(text)
    for found in re.finditer(ITEM, bare):
        name = names.trimmed(found[0], words)
        if not judge.german and name == found[0] and _is_mention(bare, found.start(), words):
            yield from judge.pass_on([(name, found.start())], "mention", bare, lenient=True, strict=True)


def _is_a_role(text: str, judge: Judge) -> bool:
    """Return whether a line is a word of German with the name of who does it: "Inkasso (Creditreform)"."""
    role = re.fullmatch(r"([\w-]+)\s\(([^()]+)\)[.,;]?", text)
    if role is None or not judge.german:
        return False
    is_german = judge.is_plain(role[1]) or judge.is_made_of_german(role[1])
    return is_german and bool(names.LEGAL.search(role[2]) or judge.is_known(role[2]))


def _concerns(text: str, words: Words) -> bool:
    """Return whether a text speaks of who receives something, or of what for."""
    return holds(words.sharing, text) or any(holds(pattern, text) for _, pattern in words.purposes)


def _with_legal_form(text: str, words: Words, known: Known) -> Iterator[Found]:
    judge = Judge(words, known, NO_TERMS)
    for found in (*names.LEGAL.finditer(text), *names.SMALL_LEGAL.finditer(text)):
        small = found["name"][:1].islower()
        name = found["name"] if small else names.trimmed(found["name"], words, legal=True)
        first, joint, rest = name.partition(f" {words.conjunction} ")
        two = bool(joint and names.LEGAL.fullmatch(first))
        if two:
            yield Found(first, "legal_form", found.start() + found["name"].find(first))
        if two or (joint and judge.is_known(first)):
            name = rest  # "Postmark and Singular Labs, Inc." are two
        led = re.search(r"(?<![\w@/.-])([a-z][\w-]+)\s$", text[: found.start()])
        if led and judge.is_known_small(led[1]):
            name = f"{led[1]} {name}"  # "infoscore Consumer Data GmbH"
        if small and (name in words.ordinary or name in words.common):
            continue
        if name and not all(word.casefold() in words.ordinary for word in name.split()):
            at = found.start() + max(found["name"].find(name), 0)
            yield Found(f"{name} {found['form']}", "legal_form", at)


def _whole_items(text: str, joining: re.Pattern[str]) -> list[str]:
    """Return the items of an aside that are names from end to end."""
    items = [item.strip() for item in joining.split(text)]
    return [item for item in items if re.fullmatch(ITEM, item)]


def _line(text: str, words: Words) -> list[str]:
    """Return the name at the beginning of a line of a list, or behind a purpose: "Hosting: Sternfunk"."""
    parts = [part.strip() for part in _SEPARATED.split(text) if part.strip()]
    items = [
        item for part in parts[:2] for item in (part.rstrip(";,"), part.rstrip(".;,")) if _is_whole(item)
    ]
    items = list(dict.fromkeys(items))
    able = [item for item in items if not all(names.is_ordinary(word, words) for word in item.split())]
    labelled = len(able) > 1 and re.match(rf"{re.escape(parts[0])}\s?:", text) is not None
    rest = text.partition(": ")[2]
    if re.match(rf"(?:{words.receiver})\s", rest, re.IGNORECASE):
        return []  # "Accounts: agency X": the other rules read that
    if (
        able
        and re.match(rf"{re.escape(able[0])}\s?: ", text)
        and rest[:1].isupper()
        and len(rest.split()) > 4
    ):
        return []  # a sentence of its own or a list: what stands before it is a topic
    return able[1:2] if labelled else able[:1]


def _is_whole(item: str) -> bool:
    """Return whether a text is one name from end to end."""
    return bool(re.fullmatch(ITEM, item) or names.LEGAL.fullmatch(item))


def _is_mention(text: str, at: int, words: Words) -> bool:
    """Return whether a name stands within a clause, and not behind a word that a place stands behind."""
    before = text[:at].rstrip()
    if not before or before[-1] in ',.!?:;|–—-•)"“”„«»':
        return False
    lone = re.match(ITEM, text[at:])
    short = lone is not None and len(lone[0].split()) < 3
    article = f"|{words.article}" if words.code == "en" and short else ""  # "the Premium Plan"
    return re.search(rf"(?:{words.at_places}{article})$", before, re.IGNORECASE) is None
