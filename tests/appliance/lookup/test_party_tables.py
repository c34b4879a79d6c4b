"""Our own tables: sound, each domain once, the whole toy catalogue known; damage is refused in a sentence."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from appliance.lookup import party_tables
from appliance.lookup.knowledge import load_knowledge
from appliance.lookup.knowledge_files import RULE_COLUMNS, read_rows
from appliance.lookup.party_tables import DATA, ORGANISATION_COLUMNS, ORGANISATION_FILES, TableError
from appliance.parties.attribution import Parties
from appliance.parties.party import Destination
from appliance.parties.vendors import find_maker

KNOWLEDGE = load_knowledge().parties
CATALOGUE = DATA.parent / "devices" / "makers.csv"
DOMAIN = re.compile(r"([a-z0-9_-]+\.)*[a-z0-9-]+")


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize("name", ORGANISATION_FILES)
def test_every_row_has_source_and_date_and_plain_domains(name: str) -> None:
    for row in rows(name):
        assert row["source"], row
        assert re.fullmatch(r"20\d\d-\d\d-\d\d", row["date"]), row
        assert re.fullmatch(r"([A-Z]{2})?", row["country"]), row
        for domain in filter(None, row["domains"].split("|")):
            assert DOMAIN.fullmatch(domain), row


def test_no_listed_domain_is_a_public_suffix_of_many_owners() -> None:
    brand_domains = {"google", "goog", "apple"}
    for domain in KNOWLEDGE.sources[0]:
        assert KNOWLEDGE.icann.privatesuffix(domain) is not None or domain in brand_domains, domain


def test_third_parties_are_named_without_any_pack() -> None:
    parties = Parties(KNOWLEDGE)
    named = [
        parties.attribute("Boxine", Destination("", 0, "tcp", name, "dns")).organisation
        for name in ("cdn.33across.com", "player.vimeo.com", "ntp.ethz.ch", "img.connatix.com")
    ]
    assert named == ["33 Across", "Vimeo", "ETH Zurich", "Connatix"]
    assert len(KNOWLEDGE.sources[1]) >= 3_000


def test_there_are_three_hundred_makers() -> None:
    assert sum(1 for row in rows("makers.csv") if row["domains"]) >= 300


def test_every_platform_is_a_group_that_exists() -> None:
    groups = {owner.group for owner in KNOWLEDGE.sources[0].values()}
    assert {platform for maker in KNOWLEDGE.makers.values() for platform in maker.platforms} <= groups


def test_every_maker_of_the_toy_catalogue_is_known_with_its_domains() -> None:
    if not CATALOGUE.exists():
        pytest.skip("the toy catalogue is absent")
    parties = Parties(KNOWLEDGE)
    with CATALOGUE.open(encoding="utf-8", newline="") as lines:
        catalogue = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    unknown = [row["maker"] for row in catalogue if find_maker(row["maker"], KNOWLEDGE.makers) is None]
    assert unknown == []
    for row in catalogue:
        for domain in filter(None, row["domains"].split("|")):
            party = parties.attribute(row["maker"], Destination("", 0, "tcp", domain, "dns"))
            assert party.role == "first", (row["maker"], domain, party.reason)


HEADING = ",".join(ORGANISATION_COLUMNS)
GOOD = "Bear Works,,maker,DE,,bear,bear.example,,its site,2026-11-23"


@pytest.mark.parametrize(
    ("case", "text", "message"),
    [
        ("another heading", "a,b\n", "read columns"),
        ("an empty file", "", "read columns None"),
        ("a missing field", f"{HEADING}\nBear Works,,maker\n", "another number of fields"),
        ("a field too many", f"{HEADING}\n{GOOD},x\n", "another number of fields"),
        ("a kind nobody knows", f"{HEADING}\n{GOOD.replace('maker', 'witch')}\n", "read kind 'witch'"),
        ("a purpose nobody knows", f"{HEADING}\n{GOOD.replace('DE,,', 'DE,fun,')}\n", "read purpose 'fun'"),
        ("a domain twice", f"{HEADING}\n{GOOD}\n{GOOD}\n", "bear.example is already listed"),
    ],
)
def test_a_damaged_table_is_refused(case: str, text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "makers.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TableError, match=re.escape(message)):
        party_tables.read_organisations((path,))


def test_a_good_table_is_read(tmp_path: Path) -> None:
    path = tmp_path / "makers.csv"
    path.write_text(f"{HEADING}\n{GOOD}\n", encoding="utf-8")
    tables = party_tables.read_organisations((path,))
    assert tables.owners["bear.example"].organisation == "Bear Works"
    assert tables.makers["bear"].group == "Bear Works"


def test_a_purpose_rule_nobody_knows_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "purposes.csv"
    path.write_text("match,text,purpose,note\nword,ota,fun,\n", encoding="utf-8")
    with pytest.raises(TableError, match="word,fun"):
        party_tables.read_purposes(path)


PLATFORMS = frozenset(
    ("behmor.dadolabs.com", "dadolabs.com", "evrythng.com", "ubianet.com", "ms.ubianet.com")
)
"""Names that tell a maker and are another company's, whose platform it rents."""


def test_a_domain_that_tells_a_maker_is_that_makers_own() -> None:
    """What device rules and party tables say of one domain agrees; else a maker's cloud is a stranger's."""
    parties = Parties(KNOWLEDGE)
    strangers = [
        (row["pattern"], row["vendor"], party.role, party.organisation)
        for row in read_rows("rules.csv", RULE_COLUMNS)
        if row["signal"] == "domain" and row["vendor"] and row["pattern"] not in PLATFORMS
        for party in [parties.attribute(row["vendor"], Destination("", 0, "tcp", row["pattern"], "dns"))]
        if party.role != "first"
    ]
    assert strangers == []
