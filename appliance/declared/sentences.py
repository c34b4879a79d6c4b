"""A notice as sentences, each with the heading or lead under which it stands. Does no I/O."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

MAX_SENTENCES: Final = 5_000
"""Sentences read of one notice: the longest have a fifth of it."""

MAX_SENTENCE: Final = 2_000
"""Characters of a sentence that are read and quoted; longer ones are lists without full stops."""

MAX_CELLS: Final = 12
"""Cells of a row; wider tables do not fit on a page."""

BARS: Final = 2
"""Bars between the cells of a row that has none at its ends; a line with one is a heading with its site."""

BENEATH: Final = 4
"""Sentences under a heading that tell what it is about."""

_ABBREVIATED: Final = re.compile(
    r"(?:\b(?:Inc|Ltd|Co|Corp|e\.g|i\.e|z\.\s?B|d\.\s?h|u\.\s?a|bzw|ca|Nr|Art|Abs|Str|St|No|p\.\s?ex|etc|vgl"
    r"|Mr|Ms|Dr|Prof|S\.A|S\.A\.S|B\.V|N\.V|S\.p\.A|S\.r\.l|L\.L\.C|A\.G|K\.K|e\.V|gem|sog|inkl|evtl|M|Mme|art)|\b\d{1,2})$"
)
_END: Final = re.compile(r"(?<=[.!?])[\"”»’]?\s+(?=[\"“„«]?[A-ZÀ-ÖØ-Þ0-9])")
_NUMBER: Final = re.compile(r"^(?:§\s?)?\d{1,2}(?:\.\d{1,2})*[.)]?\s(?=[A-ZÀ-ÖØ-Þ])")
_NOTE: Final = re.compile(r"[¹²³⁴⁵⁶⁷⁸⁹]|\[\d{1,2}\]")
_BULLET: Final = re.compile(r"^\s*(?:[¹²³⁴⁵⁶⁷⁸⁹]|\[\d{1,2}\]|[-*•·–—▪◦]|\(?\d{1,2}[.)]|\(?[a-z]\)|\|)\s+")


class Sentence(NamedTuple):
    """One sentence or line of a list."""

    text: str
    lead: str  # the heading that a list stands under, the question that it answers; empty elsewhere
    listed: bool  # it is a line of a list or of a table
    heading: bool = False  # a short line without a full stop, over what follows
    beneath: str = ""  # what stands under a heading, the first sentences of it
    cells: tuple[str, ...] = ()  # of a row of a table
    header: tuple[str, ...] = ()  # the first row of that table


def sentences(text: str) -> list[Sentence]:
    """Return the sentences of a text, at most MAX_SENTENCES."""
    found = list(_sentences(text))
    return [_with_beneath(found, at) if each.heading else each for at, each in enumerate(found)]


def _with_beneath(found: list[Sentence], at: int) -> Sentence:
    beneath: list[str] = []
    for each in found[at + 1 : at + 1 + BENEATH]:
        if each.heading or each.listed:
            break
        beneath.append(each.text)
    return found[at]._replace(beneath=" ".join(beneath))


def _sentences(text: str) -> Iterator[Sentence]:
    count, lead = 0, ""
    noted: dict[str, str] = {}  # mark of a footnote → the sentence that has it
    header: tuple[str, ...] = ()
    for line in _lines(text):
        cells = _cells(line)
        header = (header or cells) if cells else ()
        bullet = _BULLET.match(line)
        rest = line[bullet.end() :] if bullet else line
        parts = [" | ".join(cells)] if cells else list(_split(rest))
        numbered = bullet is not None and bullet[0].strip()[:1].isdigit()
        listed = bool(lead and bullet and not (numbered and len(parts) > 1))
        heading = bullet is None and _is_heading(rest)
        asked = ""
        if note := _NOTE.match(line):
            listed, asked = note[0] in noted, noted.get(note[0], "")
        for part in parts:
            noted.update((mark, part) for mark in _NOTE.findall(part) if not note)
            place = (lead if listed and not note else asked, listed, heading)
            yield Sentence(part[:MAX_SENTENCE], *place, cells=cells, header=header)
            asked = part if part.endswith("?") else asked
            count += 1
            if count >= MAX_SENTENCES:
                return
        if not listed:
            lead = parts[-1] if rest.endswith((":", "?")) or _is_heading(rest) else ""


def _lines(text: str) -> Iterator[str]:
    """Yield paragraphs: lines that were only wrapped are joined, lists and tables are not."""
    held = ""
    for raw in text.replace("\r", "\n").replace("\u00a0", " ").split("\n"):
        line = _row(raw)
        starts = not line or _BULLET.match(line) or held.endswith((":", "|")) or _is_heading(held)
        if held and (starts or not _goes_on(held, line)):
            yield held
            held = ""
        held = f"{held} {line}".strip() if line else held
    if held:
        yield held


def _row(raw: str) -> str:
    """Return a line; one with tabs, as a table leaves when it is copied from a page, as a row."""
    cells = [cell.strip() for cell in raw.strip().split("\t")]
    if len(cells) == 1 and not raw.lstrip().startswith("|") and raw.count(" | ") >= BARS:
        cells = [cell.strip() for cell in raw.split(" | ")]
    return f"| {' | '.join(cells)} |" if len(cells) > 1 else cells[0]


def _cells(line: str) -> tuple[str, ...]:
    """Return the cells of a row, at most MAX_CELLS; none where a line is no row of two cells."""
    if not line.startswith("|"):
        return ()
    cells = tuple(cell.strip() for cell in line.strip("| ").split("|", MAX_CELLS)[:MAX_CELLS])
    return cells if len(cells) > 1 else ()


def _goes_on(held: str, line: str) -> bool:
    """Return whether a line carries on the one before: that one was long and did not end."""
    return len(held) > 60 and not held.endswith((".", "!", "?", ":")) and bool(line)


def _is_heading(line: str) -> bool:
    return 0 < len(line) < 80 and not line.endswith((".", "!", "?", ";", ","))


def _split(paragraph: str) -> Iterator[str]:
    start = 0
    paragraph = _NUMBER.sub("", paragraph)
    for end in _END.finditer(paragraph):
        before = paragraph[start : end.start()]
        if _ABBREVIATED.search(before.rstrip(".")):
            continue
        yield _NUMBER.sub("", before.strip())
        start = end.end()
    if rest := paragraph[start:].strip():
        yield _NUMBER.sub("", rest)
