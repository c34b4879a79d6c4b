"""A digital product passport that was saved as JSON, as lines that the rules read. Does no I/O.

No schema of the EU passports stands yet (Toy Safety Regulation 2025/2509 applies from August 2030), so every
member is read by its name: "securityUpdatesUntil": "2029-03" is the line "security updates until: 2029-03".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

MAX_LINES: Final = 2_000
MAX_DEPTH: Final = 20
_HUMP: Final = re.compile(r"(?<=[a-zà-ÿ0-9])(?=[A-Z])|[_\s-]+")


def is_passport(text: str) -> bool:
    """Return whether a text looks like JSON."""
    return text.lstrip()[:1] in ("{", "[")


def text_of(text: str) -> str:
    """Return the members of JSON as lines; a text that is none as it is."""
    try:
        top = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return "\n".join(line for line, _ in zip(_lines("", top, 0), range(MAX_LINES), strict=False))


def _lines(name: str, value: Any, depth: int) -> Iterator[str]:
    if depth > MAX_DEPTH:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _lines(str(key), inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _lines(name, inner, depth + 1)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        said = " ".join(part for part in _HUMP.split(name.rpartition(":")[2]) if part).lower()
        yield f"- {said}: {' '.join(str(value).split())}" if said else str(value)
