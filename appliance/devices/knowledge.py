"""What is known of makers and devices, as tables the signals ask. Does no I/O: rows are handed in.

The rows come from `appliance/data/devices/*.csv` (docs/devices.md describes the columns); reading those files
is `appliance.lookup.knowledge_files`.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import takewhile
from typing import Final, NamedTuple, Protocol

from appliance.devices.brands import maker_in, words_of_makers
from appliance.devices.organisations import organisation_key, shown_organisation, words_of
from sensor.records import MAX_TEXT

UNNAMED: Final = "-"
"""In the vendor column: an organisation that makes parts for others and therefore names no vendor."""

SIGNALS_OF_RULES: Final = (
    "dhcp_hostname",
    "dhcp_vendor_class",
    "dhcp_options",
    "dhcp_enterprise",
    "mdns_service",
    "mdns_name",
    "mdns_txt",
    "ssdp_server",
    "ssdp_target",
    "ssdp_usn",
    "ssdp_location",
    "upnp",
    "http_agent",
    "domain",
    "ja4",
    "certificate",
    "port",
    "broadcast",
    "remote_port",
)
"""What a rule may look at; the `signal` column of rules.csv and the prefix of a catalogue column."""

_DOMAIN: Final = "domain"
CATALOGUE: Final = "catalogue"
"""Source of a rule that no row of rules.csv states: parents read those makers' pages."""
_EXACT: Final = frozenset(
    {"dhcp_options", "dhcp_enterprise", "ja4", "port", "broadcast", "remote_port", "mdns_service"}
)


class OuiTable(Protocol):
    """Who a MAC's address block is registered to."""

    def organisation(self, mac: str) -> str | None:
        """Return the registered organisation's name, exactly as in the IEEE registry, or None."""


class Rule(NamedTuple):
    """When a signal's text matches `pattern`, the device is of this vendor, category and model."""

    signal: str  # one of SIGNALS_OF_RULES
    pattern: str  # `*` and `?` as in file names; for domains the name itself or a parent of it
    vendor: str | None
    category: str | None
    model: str | None
    confidence: float
    source: str  # "catalogue" for a rule made from the catalogue, else the signal's own source decides
    only_vendor: str | None  # the rule counts only for a device whose address block is this vendor's
    only_prefix: str = ""  # and whose MAC begins with these hexadecimal digits


class Organisation(NamedTuple):
    """What a registered organisation name tells of a device."""

    vendor: str | None  # None: a maker of parts, no vendor
    category: str | None
    confidence: float  # of the vendor
    category_confidence: float
    known: bool  # False: only the registry's own words
    line: str | None = None  # the name that all its catalogued models share: "Toniebox"


class Model(NamedTuple):
    """One line of the catalogue of toys and children's devices."""

    model: str
    maker: str
    category: str
    organisations: tuple[str, ...]
    domains: tuple[str, ...]
    patterns: tuple[tuple[str, str], ...]  # (signal, pattern)
    bluetooth: tuple[str, ...]
    microphone: str  # "yes", "no", "unknown"; so the next two
    camera: str
    location: str
    app: str | None
    support_end: str | None  # ISO date, where the maker publishes one
    source: str
    date: str


class Catalogue(NamedTuple):
    """The rows of the data files, already split into fields."""

    organisations: tuple[
        tuple[str, str, str, float], ...
    ]  # name or "Name *", vendor, category, its confidence
    rules: tuple[Rule, ...]
    models: tuple[Model, ...]


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
        if rule.signal == _DOMAIN:
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
            self._add_rule(_rule_of(_DOMAIN, domain, sharing, _MAKERS_DOMAIN))


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


def split_list(cell: str) -> tuple[str, ...]:
    """Return the entries of a cell that holds several, separated by a vertical bar."""
    return tuple(entry for part in cell.split("|") if (entry := part.strip()))


_CATALOGUE_SIGNS: Final = {
    "hostnames": "dhcp_hostname",
    "mdns_names": "mdns_name",
    "mdns_services": "mdns_service",
    "ssdp_servers": "ssdp_server",
    "user_agents": "http_agent",
}


def model_of(row: Mapping[str, str], makers: Mapping[str, Mapping[str, str]]) -> Model:
    """Return the catalogue entry of one row, its maker's shared signs added.

    Raises KeyError, naming it, for a missing column or a maker that makers.csv does not list.
    """
    maker = makers[row["maker"]]
    patterns = tuple(
        (signal, pattern)
        for column, signal in _CATALOGUE_SIGNS.items()
        for pattern in split_list(row[column])
    )
    return Model(
        model=row["model"],
        maker=row["maker"],
        category=row["category"],
        organisations=split_list(maker["organisations"]),
        domains=split_list(maker["domains"]) + split_list(row["domains"]),
        patterns=patterns,
        bluetooth=split_list(row["bluetooth"]),
        microphone=row["microphone"],
        camera=row["camera"],
        location=row["location"],
        app=row["app"] or None,
        support_end=row["support_end"] or None,
        source=row["source"],
        date=row["date"],
    )


_EXTRACTED: Final = {"mdns_service": 0.85, "dhcp_hostname": 0.8}
_EXTRACTED_SURE: Final = 0.9  # a maker's own type or model, or a host name together with its MAC's block


def extracted_rule(row: Mapping[str, str], meanings: Mapping[str, Mapping[str, str]]) -> Rule | None:
    """Return the rule of one row of an extracted table, None where nobody has said what it means.

    A manufacturer's name alone tells the vendor: one maker makes many kinds of things.
    """
    meaning = meanings.get(row["integration"])
    if meaning is None:
        return None
    vendor_only = row["signal"] == "upnp" and row["pattern"].startswith("manufacturer=")
    category = None if vendor_only else meaning["category"] or None
    vendor = meaning["vendor"] or None
    if vendor is None and category is None:
        return None
    sure = _EXTRACTED_SURE if row["prefix"] else _EXTRACTED.get(row["signal"], _EXTRACTED_SURE)
    return Rule(row["signal"], row["pattern"], vendor, category, None, sure, "", None, row["prefix"])


_LISTED_DOMAIN: Final = 0.6  # a maker's domain by the party tables: nobody has said what asks for it


def maker_rule(domain: str, vendor: str, category: str | None) -> Rule:
    """Return the rule that what asks for a maker's domain, its home page apart, is probably that maker's.

    `category` is what the maker mostly sells, None where that is of many kinds or not known.
    """
    return Rule(_DOMAIN, domain, vendor, category or None, None, _LISTED_DOMAIN, CATALOGUE, None)


def rule_of(row: Mapping[str, str]) -> Rule:
    """Return the rule of one row of rules.csv. Raises ValueError for a confidence that is no number."""
    return Rule(
        signal=row["signal"],
        pattern=row["pattern"],
        vendor=row["vendor"] or None,
        category=row["category"] or None,
        model=row["model"] or None,
        confidence=float(row["confidence"]),
        source="",
        only_vendor=row["only_vendor"] or None,
    )
