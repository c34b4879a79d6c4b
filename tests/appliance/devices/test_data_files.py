"""The data files: complete, dated, and true to the registry; every toy's published signs lead to it."""

from __future__ import annotations

import csv
import re

import aiooui
import pytest

from appliance.devices.categories import CATEGORIES
from appliance.devices.knowledge import DeviceKnowledge
from appliance.devices.organisations import organisation_key
from appliance.devices.registry import Devices
from appliance.devices.rows import SIGNALS_OF_RULES, UNNAMED, Model
from appliance.lookup.knowledge_files import (
    BLOCK_COLUMNS,
    CATALOGUE_COLUMNS,
    EXTRACTED_COLUMNS,
    FOLDER,
    INTEGRATION_COLUMNS,
    MAKER_COLUMNS,
    ORGANISATION_COLUMNS,
    RULE_COLUMNS,
    read_rows,
)
from sensor.records import Record
from tests.appliance.devices.samples import (
    KNOWLEDGE,
    MODULE,
    PRIVATE,
    dhcp,
    http,
    mdns,
    neighbour,
    query,
    registered_to,
    ssdp,
)

FILES = {
    "organisations.csv": ORGANISATION_COLUMNS,
    "blocks.csv": BLOCK_COLUMNS,
    "rules.csv": RULE_COLUMNS,
    "makers.csv": MAKER_COLUMNS,
    "catalogue.csv": CATALOGUE_COLUMNS,
    "integrations.csv": INTEGRATION_COLUMNS,
}
ROWS = {name: read_rows(name, columns) for name, columns in FILES.items()}
MAKERS = {row["maker"]: row for row in ROWS["makers.csv"]}


def registered_names() -> set[str]:
    """Return every organisation name of the registry as aiooui ships it, and of our own smaller blocks."""
    blob = (FOLDER / "blocks.csv").read_text(encoding="utf-8")
    small = {row["organisation"] for row in csv.DictReader(blob.splitlines())}
    data = aiooui._OUI_DATA_FILE.read_bytes()
    count = int.from_bytes(data[4:8], "little")
    return small | set(data[8 + 8 * count :].decode().splitlines())


@pytest.mark.parametrize("name", FILES)
def test_every_row_has_a_source_and_a_date(name: str) -> None:
    for row in ROWS[name]:
        assert row["source"].strip(), f"{name}: {row} says not where it is known from"
        assert re.fullmatch(r"20\d\d-\d\d-\d\d", row["date"]), f"{name}: {row} has no date"


@pytest.mark.parametrize("name", ["organisations.csv", "rules.csv", "catalogue.csv", "integrations.csv"])
def test_categories_are_the_words_we_use(name: str) -> None:
    assert {row["category"] for row in ROWS[name]} - {""} <= set(CATEGORIES)


def test_the_catalogue_is_as_large_as_we_say() -> None:
    assert len(ROWS["catalogue.csv"]) >= 150
    assert len({row["maker"] for row in ROWS["catalogue.csv"]}) >= 60


def test_organisation_names_stand_in_the_registry() -> None:
    registered = registered_names()
    keys = {organisation_key(name) for name in registered}
    for row in ROWS["organisations.csv"]:
        name = row["organisation"].removesuffix(" *")
        assert organisation_key(name) in keys, f"organisations.csv: {name!r} is not in the registry"
    for row in ROWS["makers.csv"]:
        for name in filter(None, row["organisations"].split("|")):
            assert organisation_key(name) in keys, f"makers.csv: {name!r} is not in the registry"


def test_no_row_is_there_twice() -> None:
    for name, fields in {
        "organisations.csv": ("organisation",),
        "blocks.csv": ("prefix",),
        "rules.csv": ("signal", "pattern", "only_vendor"),
        "makers.csv": ("maker",),
        "catalogue.csv": ("maker", "model"),
    }.items():
        keys = [tuple(row[field] for field in fields) for row in ROWS[name]]
        assert len(keys) == len(set(keys)), f"{name} has a row twice"


def test_rules_are_well_formed() -> None:
    for row in ROWS["rules.csv"]:
        assert row["signal"] in SIGNALS_OF_RULES, row
        assert 0 < float(row["confidence"]) < 1, row
        assert row["vendor"] or row["category"] or row["model"], row
        if row["signal"] == "domain":
            assert float(row["confidence"]) < 0.9, f"{row}: a phone's app asks for it too"
            assert re.fullmatch(r"[a-z0-9.-]+\.[a-z0-9-]+", row["pattern"]), row


def test_what_a_toy_can_do_is_yes_no_or_unknown() -> None:
    for row in ROWS["catalogue.csv"]:
        assert {row["microphone"], row["camera"], row["location"]} <= {"yes", "no", "unknown"}, row
        dated = re.fullmatch(r"(20\d\d-\d\d-\d\d)?", row["support_end"])
        assert dated or "support: " in row["source"], row  # a promise without a date is quoted


def test_makers_of_parts_name_no_vendor() -> None:
    unnamed = {row["organisation"] for row in ROWS["organisations.csv"] if row["vendor"] == UNNAMED}
    assert {
        "Espressif Inc.",
        "Tuya Smart Inc.",
        "Texas Instruments",
        "Liteon Technology Corporation",
    } <= unnamed


MODELS = KNOWLEDGE.models
KINDS_SOLD = {organisation_key(row["organisation"]): row["category"] for row in ROWS["organisations.csv"]}
KINDS_ASKED = {row["pattern"]: row["category"] for row in ROWS["rules.csv"] if row["signal"] == "domain"}
"""What else a maker sells outweighs the few children's things of the catalogue."""


@pytest.mark.parametrize("maker", sorted({model.maker for model in MODELS}))
def test_every_toys_signs_lead_to_it_and_look_alikes_do_not(maker: str) -> None:
    for model in MODELS:
        if model.maker == maker:
            leads_to_it_and_look_alikes_do_not(model)


def leads_to_it_and_look_alikes_do_not(model: Model) -> None:
    kinds = {other.category for other in MODELS if set(other.organisations) & set(model.organisations)}
    for name in model.organisations:
        category = KINDS_SOLD.get(organisation_key(name), model.category if len(kinds) == 1 else "")
        assert recognised(registered_to(name)) == (model.maker, category or None)
        for look_alike in (f"Kyo{name}", f"{name} Microcomputer", f"Not {name}"):
            assert recognised(registered_to(look_alike))[0] != model.maker
    for domain in model.domains:
        kinds = {other.category for other in MODELS if domain in other.domains}
        category = KINDS_ASKED.get(domain, model.category if len(kinds) == 1 else "")
        assert recognised(KNOWLEDGE, f"cloud.{domain}") == (model.maker, category or None)
        if any(domain.endswith(f".{other}") for other in model.domains):
            continue  # its look-alikes are below the other
        label, _, rest = domain.partition(".")
        for look_alike in (f"x{domain}", f"{domain}.example", f"{label}s.{rest}.example"):
            assert recognised(KNOWLEDGE, look_alike) == (None, None)


SIGNS = [(model, signal, pattern) for model in MODELS for signal, pattern in model.patterns]
SAYING = {
    "dhcp_hostname": lambda text: dhcp(MODULE, hostname=text),
    "mdns_name": lambda text: mdns(MODULE, hostname=text),
    "mdns_service": lambda text: mdns(MODULE, service=text),
    "ssdp_server": lambda text: ssdp(MODULE, server=text),
    "http_agent": lambda text: http(None, text, MODULE),
}


@pytest.mark.parametrize(("model", "signal", "pattern"), SIGNS, ids=[f"{m.model} {p}" for m, _, p in SIGNS])
def test_a_toys_own_name_at_home_leads_to_it(model: Model, signal: str, pattern: str) -> None:
    shared = {other.maker for other, _, same in SIGNS if same == pattern}
    said = pattern.replace("*", "").replace("?", "7")
    found = said_by(SAYING[signal](said))
    assert found[0] == (model.maker if len(shared) == 1 else None)
    assert found[1] == model.category
    for look_alike in (f"x{said}", f"my-{said}", said[1:]):
        assert said_by(SAYING[signal](look_alike))[0] is None


def said_by(record: Record) -> tuple[str | None, str | None]:
    """Return vendor and category of a device on a module maker's MAC that says one thing."""
    devices = Devices(KNOWLEDGE)
    devices.observe(neighbour(MODULE, "192.168.1.20"))
    devices.observe(record)
    record_of = devices.record(devices.ids()[0])
    return record_of.vendor, record_of.category


def recognised(knowledge: DeviceKnowledge, asks_for: str = "") -> tuple[str | None, str | None]:
    """Return vendor and category of a device on a maker's or a module maker's MAC that asks for a name."""
    devices = Devices(knowledge)
    devices.observe(neighbour(MODULE, "192.168.1.31"))
    if asks_for:
        devices.observe(query(asks_for, MODULE, "192.168.1.31"))
    record = devices.record(devices.ids()[0])
    return record.vendor, record.category


def test_the_catalogue_has_signs_of_most_makers() -> None:
    without = sorted({model.maker for model in MODELS if not (model.organisations or model.domains)})
    assert len(without) <= 10, f"nothing leads to {without}: add a domain or a registered name"


def test_what_nobody_read_says_so() -> None:
    for name, rows in ROWS.items():
        for row in rows:
            assert not re.search(r"maker's documentation|makers' manuals|public guides", row["source"]), (
                f"{name}: {row['source']!r} names no text that can be looked up"
            )


def test_extracted_tables_carry_their_notice() -> None:
    for table in (FOLDER / "extracted").glob("*.csv"):
        notice = table.with_suffix(".NOTICE").read_text(encoding="utf-8")
        assert "icense" in notice or "Permission is hereby granted" in notice, table
        assert table.stat().st_size < 1_000_000
    integrations = {row["integration"] for row in read_rows("integrations.csv", INTEGRATION_COLUMNS)}
    extracted = {row["integration"] for row in read_rows("extracted/home-assistant.csv", EXTRACTED_COLUMNS)}
    assert integrations <= extracted, "integrations.csv explains what no extracted row has"


@pytest.mark.parametrize("name", ["prod.de.tbs.toys", "api.yotoplay.com", "firmware.toytalk.com"])
def test_a_phone_with_the_toys_app_is_not_the_toy(name: str) -> None:
    devices = Devices(KNOWLEDGE)
    devices.observe(dhcp(PRIVATE, hostname="iPhone", parameter_list=(1, 121, 3, 6, 15, 108, 114, 119, 252)))
    devices.observe(neighbour(PRIVATE, "192.168.1.40"))
    devices.observe(query(name, PRIVATE, "192.168.1.40"))
    record = devices.record(devices.ids()[0])
    assert (record.vendor, record.category) == ("Apple", "phone")
