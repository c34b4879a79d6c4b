"""What a code on a product says: a trade item number, a link (GS1 Digital Link), a text. Does no I/O."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_DIGITS: Final = re.compile(r"\d{8}|\d{12,14}")
_IN_LINK: Final = re.compile(r"/(?:01|gtin)/(\d{8,14})(?:/|$)")
_SERIAL: Final = re.compile(r"/(?:21|ser)/([^/?#]{1,20})")
_IN_ELEMENTS: Final = re.compile(r"^(?:\]\w\d)?\(?01\)?(\d{14})")

MAX_LINK: Final = 500


class Code(NamedTuple):
    """One code."""

    gtin: (
        str | None
    )  # Global Trade Item Number of 14 digits; None where there is none, or its check digit is wrong
    serial: str | None  # of the single thing, where the link has it
    link: str | None  # https or http; nothing fetches it
    text: str  # as it was read


def read_code(text: str) -> Code:
    """Return what a code says (GS1 General Specifications §3, Digital Link URI Syntax §4)."""
    plain = text.strip()
    if re.match(r"https?://", plain, re.IGNORECASE) and plain.isprintable():
        path = re.split(r"[?#]", plain[:MAX_LINK])[0]
        item, serial = _IN_LINK.search(path), _SERIAL.search(path)
        return Code(
            _gtin(item[1]) if item else None, serial[1] if item and serial else None, plain[:MAX_LINK], plain
        )
    elements = _IN_ELEMENTS.match(plain)
    if elements:
        return Code(_gtin(elements[1]), None, None, plain)
    return Code(_gtin(plain) if _DIGITS.fullmatch(plain) else None, None, None, plain)


def lines(codes: list[Code]) -> str:
    """Return codes as lines of a label that a parent reads, corrects and keeps."""
    said: list[str] = []
    for code in codes:
        if code.gtin:
            said.append(f"GTIN {code.gtin}")
        if code.serial:
            said.append(f"Serial {code.serial}")
        if code.link or not code.gtin:
            said.append(code.link or " ".join(code.text.split()))
    return "\n".join(dict.fromkeys(said))


def _gtin(digits: str) -> str | None:
    """Return a number as 14 digits where its check digit is right (GS1 General Specifications §7.9)."""
    padded = digits.zfill(14)
    total = sum(int(digit) * (3 if at % 2 == 0 else 1) for at, digit in enumerate(padded[:13]))
    return padded if (10 - total % 10) % 10 == int(padded[13]) else None
