"""The world behind the map of sharing: a dot for each country that data went to, however small it is."""

from __future__ import annotations

import functools
import json
import math
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from web.sankey import Stream

OUTLINE: Final = Path(__file__).parent / "data" / "world.json"
"""Made by scripts/world-outline."""

SMALLEST: Final = 5.0
LARGEST: Final = 22.0
"""Radius of a dot, in units of the drawing: its area is what was sent, and the smallest can still be seen."""


class Dot(NamedTuple):
    """A country that data was sent to."""

    country: str
    x: int
    y: int
    radius: float
    sent_bytes: int


class World(NamedTuple):
    """The drawing, and what has no place in it."""

    width: int
    height: int
    land: str  # SVG path
    dots: list[Dot]  # the largest first, so that smaller ones lie on top
    unplaced_bytes: int  # sent to servers whose country we cannot tell


def world(streams: Sequence[Stream]) -> World:
    """Return the countries of some streams on the map."""
    outline = _outline()
    sent: dict[str, int] = defaultdict(int)
    for stream in streams:
        sent[stream.country] += stream.sent_bytes
    largest = max(sent.values(), default=1) or 1
    dots = [
        Dot(code, outline["places"][code][0], outline["places"][code][1], _radius(size / largest), size)
        for code, size in sorted(sent.items(), key=lambda item: -item[1])
        if code in outline["places"]
    ]
    unplaced = sum(sent.values()) - sum(dot.sent_bytes for dot in dots)
    return World(outline["width"], outline["height"], outline["land"], dots, unplaced)


def _radius(share: float) -> float:
    return round(max(SMALLEST, LARGEST * math.sqrt(share)), 1)


@functools.cache
def _outline() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(OUTLINE.read_text(encoding="utf-8"))
    return found
