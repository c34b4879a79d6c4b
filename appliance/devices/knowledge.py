"""What is known of makers and devices, as tables the signals ask. Does no I/O: rows are handed in."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import Final, Protocol

from appliance.devices.brands import maker_in, words_of_makers
from appliance.devices.organisations import organisation_key, shown_organisation, words_of
from appliance.devices.rows import CATALOGUE, DOMAIN, UNNAMED, Catalogue, Model, Organisation, Rule
from sensor.records import MAX_TEXT

_EXACT: Final = frozenset(
    {"dhcp_options", "dhcp_enterprise", "ja4", "port", "broadcast", "remote_port", "mdns_service"}
)


class OuiTable(Protocol):
    """Who a MAC's address block is registered to."""

    def organisation(self, mac: str) -> str | None:
        """Return the registered organisation's name, exactly as in the IEEE registry, or None."""


_KNOWN_VENDOR: Final = 0.93  # a brand that makes its own devices
_ONLY_REGISTRY: Final = 0.7  # nobody has looked at this name: it may be a contract manufacturer's
_SEVERAL_KINDS: Final = 0.0


class DeviceKnowledge:
    """Answers the signals' questions from tables that never change while running."""

    def __init__(self, catalogue: Catalogue, oui: OuiTable) -> None:
        self.models: Final = catalogue.models
        self._oui = oui
        self._organisations: dict[str, Organisation] = {}
        self._organisation_prefixes: list[tuple[str, Organisation]] = []
        self._domains: dict[str, list[Rule]] = {}
        self._exact: dict[tuple[str, str], list[Rule]] = {}
        self._globs: dict[str, list[tuple[str, Rule]]] = {}
        self._ready: dict[str, list[tuple[re.Pattern[str], Rule]]] = {}
        for name, vendor, category, confidence in catalogue.organisations:
            self._add_organisation(name, vendor, category, confidence)
        self._add_catalogue(catalogue.models)
        for rule in catalogue.rules:
            self._add_rule(rule)
        vendors = [vendor for _, vendor, _, _ in catalogue.organisations if vendor != UNNAMED]
        vendors += [model.maker for model in catalogue.models]
        vendors += [rule.vendor for rule in catalogue.rules if rule.vendor is not None]
        self._makers = words_of_makers(vendors)

    def organisation(self, mac: str) -> tuple[str, Organisation] | None:
        """Return the registered name and what it tells, or None for a MAC of no registered block."""
        name = self._oui.organisation(mac)
        if name is None:
            return None
        key = organisation_key(name)
        known = self._organisations.get(key) or self._by_prefix(key)
        if known is None:
            known = Organisation(shown_organisation(name), None, _ONLY_REGISTRY, _SEVERAL_KINDS, False)
        return name, known

    def vendor_named(self, text: str) -> str:
        """Return our name for a maker that a device states itself, or the stated name without legal form."""
        known = self._organisations.get(organisation_key(text))
        if known is not None and known.vendor is not None:
            return known.vendor
        return shown_organisation(text)

    def known_vendor(self, text: str) -> str | None:
        """Return our name for a maker that is in our tables, None for any other text."""
        known = self._organisations.get(organisation_key(text[:MAX_TEXT]))
        return known.vendor if known is not None else None

    def maker_in(self, text: str) -> str | None:
        """Return the maker whose name a device's own name begins with, None for any other text."""
        return maker_in(text[:MAX_TEXT].casefold(), self._makers)

    def match(self, signal: str, text: str) -> Iterator[Rule]:
        """Yield the rules of one signal that match a text (hostile; its first MAX_TEXT characters count)."""
        folded = text[:MAX_TEXT].casefold()
        yield from self._exact.get((signal, folded), ())
        for pattern, rule in self._compiled(signal):
            if pattern.match(folded):
                yield rule

    def match_domain(self, name: str) -> Iterator[Rule]:
        """Yield the rules of the longest known parent of a host name (or of the name itself)."""
        rest = name[:MAX_TEXT]
        while rest:
            rules = self._domains.get(rest)
            if rules is not None:
                yield from rules
                return
            rest = rest.partition(".")[2]

    def _by_prefix(self, key: str) -> Organisation | None:
        for prefix, known in self._organisation_prefixes:
            if key.startswith(prefix):
                return known
        return None

    def _compiled(self, signal: str) -> list[tuple[re.Pattern[str], Rule]]:
        """Return the globs of a signal, made ready when it is first heard: all of them take 0.1 s."""
        ready = self._ready.get(signal)
        if ready is None:
            globs = self._globs.get(signal, ())
            ready = [(re.compile(fnmatch.translate(pattern)), rule) for pattern, rule in globs]
            self._ready[signal] = ready
        return ready

    def _add_organisation(
        self, name: str, vendor: str, category: str, confidence: float, line: str | None = None
    ) -> None:
        known = Organisation(
            None if vendor == UNNAMED else vendor, category or None, _KNOWN_VENDOR, confidence, True, line
        )
        if name.endswith(" *"):
            self._organisation_prefixes.append((organisation_key(name[:-2]) + " ", known))
            name = name[:-2]
        self._organisations.setdefault(organisation_key(name), known)

    def _add_rule(self, rule: Rule) -> None:
        pattern = rule.pattern.casefold()
        if rule.signal == DOMAIN:
            self._domains.setdefault(pattern, []).append(rule)
        elif rule.signal in _EXACT or not any(mark in pattern for mark in "*?["):
            self._exact.setdefault((rule.signal, pattern), []).append(rule)
        else:
            self._globs.setdefault(rule.signal, []).append((pattern, rule))

    def _add_catalogue(self, models: Iterable[Model]) -> None:
        """Make rules of the catalogue: a model's own signs name it, a maker's shared signs name the maker."""
        by_organisation: dict[str, list[Model]] = {}
        by_domain: dict[str, list[Model]] = {}
        by_sign: dict[tuple[str, str], list[Model]] = {}
        for model in models:
            for name in model.organisations:
                by_organisation.setdefault(name, []).append(model)
            for domain in model.domains:
                by_domain.setdefault(domain, []).append(model)
            for sign in model.patterns:
                by_sign.setdefault(sign, []).append(model)
        for (signal, pattern), sharing in by_sign.items():
            self._add_rule(_rule_of(signal, pattern, sharing, _MODEL_SIGN))
        for name, sharing in by_organisation.items():
            category = _shared(sharing, "category")
            sure = _MAKERS_KIND if category else 0.0
            self._add_organisation(name, sharing[0].maker, category or "", sure, line_of(sharing))
        for domain, sharing in by_domain.items():
            self._add_rule(_rule_of(DOMAIN, domain, sharing, _MAKERS_DOMAIN))


_MODEL_SIGN: Final = 0.92  # a name only these models bear
_MAKERS_DOMAIN: Final = 0.72  # the parent's phone asks for it too, through the toy's app
_MAKERS_KIND: Final = 0.85  # a maker all of whose catalogued things are of one kind


def _rule_of(signal: str, pattern: str, sharing: list[Model], confidence: float) -> Rule:
    vendor, category, model = (_shared(sharing, field) for field in ("maker", "category", "model"))
    return Rule(signal, pattern, vendor, category, model or line_of(sharing), confidence, CATALOGUE, None)


def _shared(models: list[Model], field: str) -> str | None:
    """Return the value all these models have in `field`, or None when they differ."""
    values = {str(getattr(model, field)) for model in models}
    return values.pop() if len(values) == 1 else None


def line_of(models: list[Model]) -> str | None:
    """Return the words with which the names of two or more models of one kind begin: what people call all.

    "Toniebox" of "Toniebox" and "Toniebox 2". None where they share none, or no more than the maker's name.
    """
    if len(models) < 2 or _shared(models, "category") is None or _shared(models, "maker") is None:
        return None
    names = [model.model.split() for model in models]
    shared = takewhile(lambda words: len(set(map(str.casefold, words))) == 1, zip(*names, strict=False))
    line = " ".join(words[0] for words in shared)
    of_maker = set(words_of(models[0].maker))
    return line if set(words_of(line)) - of_maker else None
