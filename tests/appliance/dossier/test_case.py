"""What a case says: coverage, parties, before and after, findings with rule and limit, what is declared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from appliance.alerts.words import CASES, Words
from appliance.declared.compare import STANDINGS
from appliance.declared.document import NOTICE, PARENT, PARTY, Claim, Document
from appliance.dossier.case import LIMITS, gather
from appliance.dossier.order import Order
from appliance.export.source import Source
from appliance.privacy import Pseudonyms
from appliance.store.book import Book
from appliance.store.declared import Declarations
from tests.appliance.dossier.made import DAY, DAYS, START, case_store
from tests.appliance.samples import DOLL

ORDER = Order(DOLL, START, START + DAYS * DAY)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return case_store(tmp_path_factory.mktemp("case") / "home.db")


@pytest.fixture(scope="module")
def case(store: Path) -> dict[str, Any]:
    return gathered(store)


def gathered(store: Path, order: Order = ORDER) -> dict[str, Any]:
    with Source(store) as source:
        return gather(source, order, Pseudonyms(bytes(32)))[0]


def test_time_covered_and_not_covered_is_told(case: dict[str, Any]) -> None:
    cover = case["coverage"]
    assert cover["seconds"] == DAYS * DAY
    assert cover["watched_seconds"] == DAYS * DAY - DAY - 3_600 - 1_800
    assert {one["kind"]: (one["times"], one["lost"]) for one in cover["losses"]} == {
        "gap": (1, 0), "kernel_drop": (1, 812), "clock": (1, 0),
    }  # fmt: skip
    assert [gap["kind"] for gap in cover["gaps"]] == ["gap", "kernel_drop", "clock"]
    assert cover["clock_doubtful_seconds"] == 1_800


def test_the_device_is_told_with_its_reasons_and_without_its_names(case: dict[str, Any]) -> None:
    device = case["device"]
    assert (device["vendor"], device["confidence"]["vendor"]) == ("Plaudertoys", 0.9)
    assert {one["field"] for one in device["evidence"]} == {"vendor", "support"}


def test_parties_are_those_outside_by_what_was_sent(case: dict[str, Any]) -> None:
    parties = case["parties"]
    assert [party["domain"] for party in parties] == ["voice.example", "dolls.example", "odd.example"]
    voice = parties[0]
    assert (voice["role"], voice["encrypted"], voice["first_day"]) == ("third", False, "2026-06-17")
    assert voice["bytes_up"] == 50_000 * voice["flows"] // 3
    assert parties[1]["days"] == DAYS


def test_an_update_has_the_same_numbers_on_both_sides(case: dict[str, Any]) -> None:
    (update,) = case["updates"]
    assert (update["version_before"], update["version_after"]) == ("1.0", "2.0")
    rows = {row["domain"]: row for row in update["parties"]}
    assert rows["voice.example"]["before"]["bytes_per_day"] == 0
    assert rows["voice.example"]["after"]["bytes_per_day"] > 300_000
    assert [change["kind"] for change in rows["voice.example"]["changes"]] == ["new_party"]
    assert abs(rows["dolls.example"]["before"]["contacts_per_day"] - 16) < 2


def test_a_finding_has_its_sentence_its_limit_and_its_rules_with_dates(case: dict[str, Any]) -> None:
    grave, old = case["findings"]
    assert (grave["code"], old["code"]) == ("cleartext_upload", "old_tls")
    assert "{" not in grave["sentence"]
    assert grave["cannot_prove"]
    rules = {rule["text"]: rule for rule in grave["rules"]}
    assert rules["GDPR art. 32"]["applies"] == "2018-05-25"
    assert rules["GDPR art. 32"]["applied_when_last_seen"] is True


def test_a_rule_that_did_not_apply_yet_says_so(store: Path, case: dict[str, Any]) -> None:
    from appliance.dossier.observed import findings  # noqa: PLC0415
    from appliance.lookup.law import load_rules  # noqa: PLC0415

    later = tuple(rule._replace(applies="2030-01-01") for rule in load_rules())
    with Source(store) as source:
        (first, *_) = findings(source.reader, ORDER, later)
    assert {rule["applied_when_last_seen"] for rule in first["rules"]} == {False}


def test_support_is_told_as_in_the_ledger(case: dict[str, Any]) -> None:
    assert case["support"]["state"] == "ended"
    assert case["support"]["last_update"] == "2026-06-16"
    assert any(rule["key"] == "CRA" for rule in case["support"]["rules"])


def test_without_a_document_nothing_is_compared(case: dict[str, Any]) -> None:
    assert case["declared"] == {"documents": [], "claims": [], "rows": []}


def test_declared_and_seen_stand_side_by_side(tmp_path: Path) -> None:
    store = case_store(tmp_path / "home.db")
    book = Book(store)
    text = "We share data with Voice Example Inc. and Never Seen Ltd., and not with Doll House."
    document = Document(0, DOLL, NOTICE, START, "pasted", "en", "", text)
    names = (("Voice Example Inc.", False), ("Never Seen Ltd.", False), ("Doll House", True))
    claims = [
        Claim(0, n, DOLL, PARTY, name, denied, text, "x", PARENT, False)
        for n, (name, denied) in enumerate(names)
    ]
    Declarations(book).add(document, claims)
    book.close()
    declared = gathered(store)["declared"]
    assert declared["documents"][0]["day"] == "2026-05-27"
    assert len(declared["documents"][0]["sha256"]) == 64
    assert text not in str(declared["documents"])
    rows = {row["value"]: row["standing"] for row in declared["rows"] if row["topic"] == "party"}
    assert rows["Voice Example Inc."] == "declared and seen"
    assert rows["Never Seen Ltd."] == "declared and not seen"
    assert rows["Doll House"] == "seen and denied"
    assert rows["Firmware House"] == "seen and not declared"


def test_every_standing_has_its_words() -> None:
    for language in CASES:
        for standing in STANDINGS:
            assert Words(language).has(f"dossier.standing.{standing.replace(' ', '_')}")


@pytest.mark.parametrize("language", ["en", "fr", "de"])
def test_what_it_does_not_show_is_said_in_each_language(store: Path, language: str) -> None:
    found = gathered(store, ORDER._replace(language=language))
    assert len(found["method"]["limits"]) == len(LIMITS) == len(set(found["method"]["limits"]))
