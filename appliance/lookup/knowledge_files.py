"""Reads the data files of `appliance/data/devices` into the tables that `appliance.devices` asks."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from appliance.bluetooth.heard import Reported
from appliance.devices.decision import house
from appliance.devices.knowledge import DeviceKnowledge
from appliance.devices.rows import Catalogue, Rule, extracted_rule, maker_rule, model_of, rule_of
from appliance.lookup import party_tables
from appliance.lookup.oui import OuiDirectory
from appliance.parties.knowledge import Owner

FOLDER: Final = Path(__file__).parent.parent / "data" / "devices"


class KnowledgeFileError(ValueError):
    """A data file that cannot be used: names the file, the line, and what was expected."""


def read_rows(name: str, columns: tuple[str, ...], folder: Path = FOLDER) -> list[dict[str, str]]:
    """Return the rows of one CSV file as dictionaries. Lines that begin with `#` are comments.

    Raises KnowledgeFileError for a missing column or a row of another length, OSError for an unreadable file.
    """
    path = folder / name
    with path.open(newline="", encoding="utf-8") as lines:
        reader = csv.DictReader((line for line in lines if not line.startswith("#")), strict=True)
        missing = set(columns) - set(reader.fieldnames or ())
        if missing:
            raise KnowledgeFileError(
                f"read {path}: expected the columns {', '.join(sorted(missing))}; add them"
            )
        rows = []
        for row in reader:
            if None in row or None in row.values():
                raise KnowledgeFileError(
                    f"read {path}: the row of {next(iter(row.values()))!r} has more or fewer fields than the "
                    "heading; quote a field that holds a comma"
                )
            rows.append(row)
    return rows


ORGANISATION_COLUMNS: Final = ("organisation", "vendor", "category", "confidence", "source", "date")
BLOCK_COLUMNS: Final = ("prefix", "organisation", "source", "date")
RULE_COLUMNS: Final = (
    "signal",
    "pattern",
    "vendor",
    "category",
    "model",
    "confidence",
    "only_vendor",
    "source",
    "date",
)
INTEGRATION_COLUMNS: Final = ("integration", "vendor", "category", "source", "date")
EXTRACTED_COLUMNS: Final = ("integration", "signal", "pattern", "prefix", "source", "date")
MAKER_COLUMNS: Final = ("maker", "organisations", "domains", "source", "date")
CATALOGUE_COLUMNS: Final = (
    "model",
    "maker",
    "category",
    "domains",
    "hostnames",
    "mdns_names",
    "mdns_services",
    "ssdp_servers",
    "user_agents",
    "bluetooth",
    "microphone",
    "camera",
    "location",
    "app",
    "support_end",
    "source",
    "date",
)


def load_catalogue(folder: Path = FOLDER) -> Catalogue:
    """Return all rows of the data files. Raises KnowledgeFileError or OSError."""
    makers = {row["maker"]: row for row in read_rows("makers.csv", MAKER_COLUMNS, folder)}
    try:
        models = tuple(model_of(row, makers) for row in read_rows("catalogue.csv", CATALOGUE_COLUMNS, folder))
        own = tuple(rule_of(row) for row in read_rows("rules.csv", RULE_COLUMNS, folder))
        rules = own + _extracted_rules(own, folder)
        organisations = tuple(
            (row["organisation"], row["vendor"], row["category"], float(row["confidence"] or 0))
            for row in read_rows("organisations.csv", ORGANISATION_COLUMNS, folder)
        )
    except (KeyError, ValueError) as error:
        raise KnowledgeFileError(
            f"read {folder}: {error}; expected the form docs/devices.md gives"
        ) from error
    return Catalogue(organisations, rules, models)


def _extracted_rules(own: tuple[Rule, ...], folder: Path) -> tuple[Rule, ...]:
    """Return the rules of tables that scripts/knowledge-build made; for the same sign our own row stands."""
    meanings = {row["integration"]: row for row in read_rows("integrations.csv", INTEGRATION_COLUMNS, folder)}
    known = {(rule.signal, rule.pattern.casefold()) for rule in own if not rule.only_vendor}
    rows = read_rows("extracted/home-assistant.csv", EXTRACTED_COLUMNS, folder)
    rules = (extracted_rule(row, meanings) for row in rows)
    return tuple(rule for rule in rules if rule and (rule.signal, rule.pattern.casefold()) not in known)


REPORTED_COLUMNS: Final = ("model", "what", "source", "date")


def load_reported(folder: Path = FOLDER) -> tuple[Reported, ...]:
    """Return the toys known from public reports. Raises KnowledgeFileError or OSError."""
    rows = read_rows("reported.csv", REPORTED_COLUMNS, folder)
    return tuple(Reported(row["model"], row["what"], row["source"], row["date"]) for row in rows)


def load_knowledge(folder: Path = FOLDER) -> DeviceKnowledge:
    """Return the device knowledge, read from disk once. Raises KnowledgeFileError or OSError."""
    blocks = {
        _block_digits(row["prefix"]): row["organisation"]
        for row in read_rows("blocks.csv", BLOCK_COLUMNS, folder)
    }
    catalogue = load_catalogue(folder)
    rules = catalogue.rules + _makers_domains(catalogue, party_tables.read_organisations().owners)
    return DeviceKnowledge(catalogue._replace(rules=rules), OuiDirectory(blocks))


_MOSTLY: Final = 0.6
"""From here on the organisation table says that a maker sells mostly one kind."""


def _makers_domains(catalogue: Catalogue, owners: Mapping[str, Owner]) -> tuple[Rule, ...]:
    """Return a rule for each domain of a maker of the party tables of which no row of ours speaks yet.

    A group that also serves others (clouds, clocks, advertisements) is passed: anything may ask for it.
    """
    serving = {owner.group for owner in owners.values() if owner.kind != "maker"}
    spoken = {rule.pattern for rule in catalogue.rules if rule.signal == "domain"}
    spoken |= {domain for model in catalogue.models for domain in model.domains}
    vendors = [vendor for _, vendor, _, _ in catalogue.organisations]
    vendors += [rule.vendor for rule in catalogue.rules if rule.vendor]
    named = {house(vendor).casefold(): vendor for vendor in reversed(vendors)}
    sold: dict[str, set[str]] = {}
    for _, vendor, category, sure in catalogue.organisations:
        sold.setdefault(vendor, set()).add(category if sure >= _MOSTLY else "")
    return tuple(
        maker_rule(domain, vendor, kinds.pop() if len(kinds := set(sold.get(vendor, ()))) == 1 else None)
        for domain, owner in owners.items()
        for vendor in (named.get(owner.organisation.casefold(), owner.organisation),)
        if owner.kind == "maker" and owner.group not in serving and not _parents(domain) & spoken
    )


def _parents(domain: str) -> set[str]:
    """Return a domain and those above it."""
    labels = domain.split(".")
    return {".".join(labels[start:]) for start in range(len(labels))}


def _block_digits(prefix: str) -> str:
    """Return the fixed digits of a block: "4c:bc:98:e0:00:00/28" -> "4cbc98e"."""
    address, slash, bits = prefix.lower().partition("/")
    if not slash or bits not in {"28", "36"}:
        raise KnowledgeFileError(f"read {prefix!r} in blocks.csv, expected a MAC prefix ending in /28 or /36")
    return address.replace(":", "")[: int(bits) // 4]
