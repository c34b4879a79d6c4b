"""Purposes: suffix before word before port, earlier rules first, never from the registrable domain itself."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.lookup.party_tables import DATA, read_purposes
from appliance.parties.attribution import Parties
from appliance.parties.party import Destination
from appliance.parties.purposes import PURPOSES, PurposeRule, PurposeRules
from tests.appliance.known import knowledge

RULES = PurposeRules(
    [
        PurposeRule("suffix", "time.example", "time"),
        PurposeRule("suffix", "a.time.example", "update"),
        PurposeRule("word", "ota", "update"),
        PurposeRule("part", "firmware", "update"),
        PurposeRule("word", "api", "api"),
        PurposeRule("word", "catalog", "content"),
        PurposeRule("word", "img", "content"),
        PurposeRule("word", "ad", "advertising"),
        PurposeRule("domain", "cdn", "content"),
        PurposeRule("port", "123/udp", "time"),
    ]
)
LISTS = Path(__file__).parent


@pytest.mark.parametrize(
    ("host", "purpose"),
    [("x.time.example", "time"), ("b.a.time.example", "update"), ("runtime.example", None), ("", None)],
)
def test_the_longest_suffix_decides(host: str, purpose: str | None) -> None:
    assert RULES.by_suffix(host) == purpose


@pytest.mark.parametrize(
    ("host", "domain", "purpose"),
    [
        ("ota.bear.example", "bear.example", "update"),
        ("api-ota1.bear.example", "bear.example", "update"),
        ("api.bear.example", "bear.example", "api"),
        ("newfirmware.bear.example", "bear.example", "update"),
        ("iota.bear.example", "bear.example", None),
        ("ota.example", "ota.example", None),
        ("x.ota.example", "ota.example", None),
        ("otas.bear.example", "bear.example", "update"),
        ("bearfirmware.bear.example", "bear.example", "update"),
        ("showcatalog.bear.example", "bear.example", "content"),
        ("precatalogued.bear.example", "bear.example", None),
        ("otaimg.bear.example", "bear.example", "update"),
        ("imgota.bear.example", "bear.example", "update"),
        ("imgs.bear.example", "bear.example", "content"),
        ("adota.bear.example", "bear.example", None),
        ("imgotaimg.bear.example", "bear.example", None),
    ],
)
def test_words_left_of_the_domain_decide(host: str, domain: str, purpose: str | None) -> None:
    assert RULES.by_words(host, domain) == purpose


@pytest.mark.parametrize(
    ("domain", "purpose"),
    [("bearcdn.example", "content"), ("cdnbear.example", None), ("bear.cdn", None), ("", None)],
)
def test_the_end_of_a_domains_own_name_tells_a_little(domain: str, purpose: str | None) -> None:
    assert RULES.by_domain(domain) == purpose


def test_ports_decide_by_protocol() -> None:
    assert (RULES.by_port("udp", 123), RULES.by_port("tcp", 123)) == ("time", None)


@pytest.mark.parametrize(
    ("name", "hosts", "share"),
    [
        *(("labelled", 200, 0.99), ("documented", 190, 0.98), ("unseen", 150, 0.98), ("third", 150, 0.96)),
        *(("services", 140, 0.98), ("clients", 200, 0.98), ("homes", 70, 0.95)),
        *(("things", 120, 0.95), ("ninth", 110, 0.95)),
    ],
)
def test_labelled_hosts_stay_as_right_as_they_were(name: str, hosts: int, share: float) -> None:
    """Guards against regressions; what the lists are worth as a measure says docs/parties.md."""
    parties = Parties(knowledge().parties)
    with (LISTS / f"purposes_{name}.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) >= hosts
    assert all(row["source"] and set(row["purpose"].split("|")) <= set(PURPOSES) for row in rows)
    right = sum(
        parties.attribute(row["vendor"] or None, Destination("", 0, "tcp", row["host"], "dns")).purpose
        in row["purpose"].split("|")
        for row in rows
    )
    assert right / len(rows) >= share


def test_every_word_can_be_found_in_a_host() -> None:
    """A word is a run of letters: a row such as "s3" would never be asked."""
    rules = read_purposes(DATA / "purposes.csv")
    assert [rule.text for rule in rules if rule.match == "word" and not rule.text.isalpha()] == []
    assert len({(rule.match, rule.text) for rule in rules}) == len(rules)


@given(st.text(), st.text(), st.integers())
def test_any_text_is_read(host: str, domain: str, port: int) -> None:
    for purpose in (RULES.by_suffix(host), RULES.by_words(host, domain), RULES.by_port(host, port)):
        assert purpose is None or purpose in PURPOSES
