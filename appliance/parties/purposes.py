"""What a host is probably for, guessed from its name by rules that are data. Does no I/O."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple

PURPOSES: Final = (
    "update",  # new software for the device
    "time",
    "push",  # messages to devices and apps
    "voice",  # speech in or out
    "video",
    "telemetry",  # the maker counts and measures
    "crash",
    "advertising",
    "analytics",  # another company counts and measures
    "content",  # stories, music, pictures
    "login",
    "connectivity",  # "am I online?"
    "stun",  # finding a way through the router
    "ai",
    "storage",
    "control",  # commands and state
    "location",
    "payment",
    "certificates",
    "dns",
    "support",  # help, manuals, web pages about the product
    "api",  # the service itself, no more specific
)
"""The vocabulary of purposes (docs/parties.md)."""

MATCHES: Final = ("suffix", "word", "part", "domain", "port")

_WORD: Final = re.compile(r"[a-z]+")

_AFFIX: Final = 5
"""Shortest word that counts at the beginning or end of a longer one: "displaycatalog", but not "runtime"."""

_HALF: Final = 3
"""Shortest word that counts as one half of a word made of two: "imgcdn", but not "adapt"."""

_LONGEST: Final = 20
"""A host may be one word of 63 letters; no rule's word is longer than this."""

_CACHED_WORDS: Final = 4_096
"""Words of host names whose rule is remembered; a home meets some hundreds."""

_VAGUE: Final = frozenset(("api", "support", "control"))
"""Purposes whose words ("service", "store", "device") only fill up longer words."""


class PurposeRule(NamedTuple):
    """One row of purposes.csv; among rules of one kind, the first that matches decides."""

    match: str  # "suffix" of the host, "word" or "part" of its labels, end of its "domain", "port"
    text: str  # "time.apple.com", "ota", "softwareupdate", "123/udp"
    purpose: str  # one of PURPOSES


class PurposeRules:
    """Rules ready to be asked: suffixes first, then words and parts in order, then ports."""

    def __init__(self, rules: Iterable[PurposeRule]) -> None:
        self._suffixes: dict[str, str] = {}
        self._words: dict[str, tuple[int, str]] = {}  # word → (place in the order, purpose)
        self._parts: list[tuple[int, str, str]] = []
        self._domains: list[tuple[str, str]] = []
        self._ports: dict[str, str] = {}
        self._affixes: dict[str, tuple[int, str]] = {}
        for place, rule in enumerate(rules):
            if rule.match == "suffix":
                self._suffixes.setdefault(rule.text, rule.purpose)
            elif rule.match == "word":
                self._words.setdefault(rule.text, (place, rule.purpose))
                if len(rule.text) >= _AFFIX and rule.purpose not in _VAGUE:
                    self._affixes.setdefault(rule.text, (place, rule.purpose))
            elif rule.match == "part":
                self._parts.append((place, rule.text, rule.purpose))
            elif rule.match == "domain":
                self._domains.append((rule.text, rule.purpose))
            else:
                self._ports.setdefault(rule.text, rule.purpose)
        self._rule = lru_cache(_CACHED_WORDS)(self._rule_of)
        texts = sorted({text for _, text, _ in self._parts}, key=len)
        self._any_part = re.compile("|".join(map(re.escape, texts)) or r"(?!)")  # the second: never

    def by_suffix(self, host: str) -> str | None:
        """Return the purpose of the longest listed suffix of the host."""
        while host:
            purpose = self._suffixes.get(host)
            if purpose is not None:
                return purpose
            host = host.partition(".")[2]
        return None

    def by_words(self, host: str, domain: str) -> str | None:
        """Return the purpose that the host's labels left of its registrable domain speak of.

        The domain itself is not read: "updates.example" may be anybody's name. Earlier rules win.
        """
        labels = host[: -len(domain)] if host != domain and host.endswith(domain) else ""
        best: tuple[int, str] | None = None
        for word in _WORD.findall(labels):
            found = self._rule(word)
            if found is not None and (best is None or found < best):
                best = found
        if self._any_part.search(labels) is None:
            return best[1] if best is not None else None
        for place, text, purpose in self._parts:
            if best is not None and place > best[0]:
                break
            if text in labels:
                return purpose
        return best[1] if best is not None else None

    def by_domain(self, domain: str) -> str | None:
        """Return the purpose that the end of a registrable domain's own name speaks of: "bearcdn.example".

        Weak, since it is a name that somebody chose: for a host of which nothing else tells more.
        """
        name = domain.partition(".")[0]
        return next((purpose for text, purpose in self._domains if name.endswith(text)), None)

    def _rule_of(self, word: str) -> tuple[int, str] | None:
        """Return the place and purpose of a word's rule: its own, of its singular, or of words inside it.

        Of the rules whose word it begins or ends with, or two of which it is made of, the first. `_rule` is
        this, cached.
        """
        own = self._words.get(word) or self._words.get(word.removesuffix("s"))
        if own is not None:
            return own
        sizes = range(_AFFIX, min(len(word), _LONGEST))
        parts = [part for size in sizes for part in (word[:size], word[-size:])]
        found = [rule for part in parts if (rule := self._affixes.get(part)) is not None]
        return min(found + self._halves(word), default=None)

    def _halves(self, word: str) -> list[tuple[int, str]]:
        """Return the rules of the two words that make up a longer one, if any; a vague one only alone."""
        for size in range(_HALF, min(len(word), _LONGEST) - _HALF + 1):
            first, last = self._words.get(word[:size]), self._words.get(word[size:])
            if first is not None and last is not None:
                return [rule for rule in (first, last) if rule[1] not in _VAGUE] or [first]
        return []

    def by_port(self, proto: str, port: int) -> str | None:
        """Return the purpose that the port is registered for, where that says something."""
        return self._ports.get(f"{port}/{proto}")
