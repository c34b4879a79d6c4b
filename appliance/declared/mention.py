"""Whether a document has a party's name anywhere, also where no rule read it as a receiver. Does no I/O."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from appliance.declared import names
from appliance.declared.sentences import sentences
from appliance.parties.party import PartyRecord

SHORTEST: Final = 3
"""Letters of a name that is looked for; shorter ones are part of everything."""

_SPACE: Final = r"[\s\W]{1,3}"


def mention(party: PartyRecord, texts: Iterable[str]) -> str:
    """Return the first sentence with the name of a party's owner, or with its domain; "" where none has it.

    The name counts where it is written with a capital, as in "our data lives in Plain", and the domain
    however it is written: a link to its own notice. A sentence may also say that it gets nothing, so that
    this is for a person to read, and no claim.
    """
    pattern = _pattern(party)
    for text in texts:
        if not pattern.search(text):
            continue
        for sentence in sentences(text):
            if pattern.search(sentence.text):
                return sentence.text
    return ""


def _pattern(party: PartyRecord) -> re.Pattern[str]:
    """Return an expression for the name of a party's owner, its domain, or the domain's own word."""
    label = party.domain.split(".")[0]
    words = [names.key(party.organisation or ""), (label,)]
    named = [_spelt(key) for key in words if len("".join(key)) >= SHORTEST]
    return re.compile("|".join((*named, rf"(?<![\w-])(?i:{re.escape(party.domain)})(?![\w-]|\.\w)")))


def _spelt(key: tuple[str, ...]) -> str:
    """Return an expression for the words of a name in any letters, the first of them with a capital."""
    first, rest = key[0], key[1:]
    return rf"(?<![\w.@/-])(?=[A-ZÀ-ÖØ-Þ\d])(?i:{_SPACE.join(map(re.escape, (first, *rest)))})(?!\w)"
