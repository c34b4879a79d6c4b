"""A saved web page as text: headings, lines of lists and rows of tables each on a line. Does no I/O."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

_IS_PAGE: Final = re.compile(
    r"\s*(?:<!doctype html|<html|<head|<body|<(?:p|div|h[1-6]|table|ul)[\s>])", re.IGNORECASE
)
_PASSED: Final = frozenset(
    ("script", "style", "noscript", "template", "svg", "nav", "footer", "head", "form", "button")
)
"""Elements whose text is no part of a notice: what the page does, looks like, and links to elsewhere."""

_BLOCKS: Final = frozenset(
    (
        "p",
        "div",
        "section",
        "article",
        "main",
        "header",
        "ul",
        "ol",
        "table",
        "br",
        "dl",
        "dt",
        "dd",
        "summary",
    )
)
_HEADINGS: Final = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))


def is_page(text: str) -> bool:
    """Return whether a text is HTML."""
    return _IS_PAGE.match(text) is not None


def text_of(page: str) -> str:
    """Return the text of a page, whatever HTML it is; nothing in it is run or fetched."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    lines = (" ".join(line.split(" ")) for line in "".join(reader.parts).split("\n"))
    return "\n".join(re.sub(r"[ \t]+", " ", line).strip() for line in lines)


class _Reader(HTMLParser):
    """Gathers text; white space within an element is one blank, as a browser shows it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._passing = ""  # the element that is passed, and how many of its name are open
        self._depth = 0
        self._cells = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._passing:
            self._depth += tag == self._passing
        elif tag in _PASSED:
            self._passing, self._depth = tag, 1
        elif tag == "tr":
            self.parts.append("\n| ")
        elif tag == "li":
            self.parts.append("\n- ")
        elif tag in _HEADINGS:
            self.parts.append("\n\n")
        elif tag in _BLOCKS and not self._cells:
            self.parts.append("\n")
        self._cells += tag in ("td", "th") and not self._passing

    def handle_endtag(self, tag: str) -> None:
        if self._passing:
            self._depth -= tag == self._passing
            self._passing = self._passing if self._depth else ""
        elif tag in ("td", "th"):
            self._cells = 0
            self.parts.append(" | ")
        elif tag in _HEADINGS or (tag in _BLOCKS and not self._cells) or tag == "tr":
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._passing:
            self.parts.append(re.sub(r"\s+", " ", data))
