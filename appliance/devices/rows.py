"""What the rows of the data files mean: rules, organisations and models as records. Does no I/O.

docs/devices.md describes the columns; reading the files is `appliance.lookup.knowledge_files`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

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

CATALOGUE: Final = "catalogue"
"""Source of a rule that no row of rules.csv states: parents read those makers' pages."""

DOMAIN: Final = "domain"


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
    return Rule(DOMAIN, domain, vendor, category or None, None, _LISTED_DOMAIN, CATALOGUE, None)


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
