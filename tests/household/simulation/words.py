"""Names of companies nobody has founded, one list of syllables for all."""

from __future__ import annotations

import random
from typing import Final

FIRST: Final = (
    "alder", "brisk", "comet", "dapple", "eider", "finch", "glade", "hazel", "ibex", "jolly",
    "koala", "lumen", "maple", "nimbus", "otter", "pebble", "quill", "robin", "sable", "tulip",
    "umber", "velvet", "willow", "yonder",
)  # fmt: skip
LAST: Final = (
    "brook", "crest", "dale", "forge", "grove", "haven", "isle", "knoll", "labs", "mill", "nest",
    "orbit", "patch", "quay", "ridge", "spark", "tide", "vale", "works", "yard",
)  # fmt: skip
SITES: Final = (
    "atlas", "bakery", "cinema", "daily", "forum", "garden", "kitchen", "museum", "news", "recipes",
    "weather", "choir", "cycling", "chess", "pottery", "hiking", "sewing", "maps", "clinic",
    "library",
)  # fmt: skip


def company(rng: random.Random, taken: set[str]) -> str:
    """Return a name of two words that is not taken yet, and take it."""
    while True:
        name = f"{rng.choice(FIRST).title()} {rng.choice(LAST).title()}"
        name = name if name not in taken else f"{name} {rng.choice(FIRST).title()}"
        if name not in taken:
            taken.add(name)
            return name


def domain(name: str) -> str:
    """Return the domain of a company."""
    return name.lower().replace(" ", "") + ".example"


def site(number: int) -> str:
    """Return the host of the `number`-th place of the long tail."""
    place, word = divmod(number, len(SITES))
    row, first = divmod(place, len(FIRST))
    return f"www.{FIRST[first]}-{SITES[word]}{row or ''}.example"
