"""Letters: filled from the case, in three languages, for every authority; they ask and judge nothing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from appliance.alerts.words import Words
from appliance.dossier.letter import MAKER, MOST, Recipient, letter
from appliance.dossier.letters import draft, main
from appliance.dossier.order import Order
from appliance.findings.german import GERMAN
from appliance.findings.kinds import KINDS
from appliance.lookup.authorities import ABOUT, load_authorities
from tests.appliance.dossier.made import DAY, DAYS, DOLL_MAC, OTHER_NAME, START, case_store
from tests.appliance.dossier.test_paper import VERDICTS
from tests.appliance.samples import DOLL

ORDER = Order(DOLL, START, START + DAYS * DAY)
EU = set(
    [
        "AT",
        "BE",
        "BG",
        "HR",
        "CY",
        "CZ",
        "DK",
        "EE",
        "FI",
        "FR",
        "DE",
        "GR",
        "HU",
        "IE",
        "IT",
        "LV",
        "LT",
        "LU",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SK",
        "SI",
        "ES",
        "SE",
    ]
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return case_store(tmp_path_factory.mktemp("letter") / "home.db")


@pytest.mark.parametrize("to", ["maker", "bnetza", "ftc"])
def test_a_german_letter_has_no_english_sentence(store: Path, to: str) -> None:
    english = {
        sentence.split("{")[0].strip() or sentence.split("}")[-1].strip()
        for kind in KINDS
        for sentence in (kind.english.sentence, kind.english.cannot_prove)
    }
    text = draft(store, ORDER, to, "de")
    assert not [sentence for sentence in english if len(sentence) > 12 and sentence in text]
    assert GERMAN["cleartext_upload"].cannot_prove in text
    words = re.findall(r"[a-zäöüß]+", text.casefold())
    said = sum(words.count(word) for word in ("the", "of", "and", "with", "that", "from", "is", "not"))
    assert said == 0, text


@pytest.mark.parametrize("language", ["en", "fr", "de"])
@pytest.mark.parametrize("to", ["maker", "cnil", "bnetza", "ico", "dgccrf", "ftc"])
def test_a_letter_tells_asks_and_judges_nothing(store: Path, to: str, language: str) -> None:
    text = draft(store, ORDER, to, language)
    day = {"en": "17 June 2026", "fr": "17 juin 2026", "de": "17. Juni 2026"}[language]
    for part in ("Talking doll", "Voice Example (voice.example)", day, "[", "97"):
        assert part in text, part
    assert not re.search(r"\d{4}-\d\d-\d\d", text)
    assert not VERDICTS.search(text)
    assert not re.search(r"\{\w*\}", text)
    for secret in (DOLL_MAC, OTHER_NAME, "Secret Tracker", "192.168."):
        assert secret not in text


def test_it_is_written_in_the_recipient_s_language(store: Path) -> None:
    assert "Madame, Monsieur" in draft(store, ORDER, "cnil")
    assert "Sehr geehrte" in draft(store, ORDER, "bnetza")
    assert "Dear Sir" in draft(store, ORDER, "ico")
    assert "Plaudertoys" in draft(store, ORDER, MAKER)


def test_every_authority_has_a_letter_and_a_country_of_the_union_one_for_privacy(store: Path) -> None:
    rows = load_authorities()
    assert len({row.key for row in rows}) == len(rows)
    assert MAKER not in {row.key for row in rows}
    for row in rows:
        assert row.about in ABOUT, row.key
        assert row.language in ("en", "fr", "de"), row.key
        assert row.site.startswith("https://"), row.key
        assert row.source, row.key
    assert {row.country for row in rows if row.about == "privacy"} >= EU
    assert {"DE", "FR", "GB"} <= {row.country for row in rows if row.about == "market"}


def test_what_was_not_declared_is_told_only_where_something_was_declared() -> None:
    case = _case()
    assert "not found in the documents" not in letter(case, Recipient("privacy", "X"), Words("en"), "k")
    case["declared"]["rows"] = [
        {"value": "Seen Alone", "topic": "party", "standing": "seen and not declared"},
        {"value": "Both", "topic": "party", "standing": "declared and seen"},
        {"value": "US", "topic": "country", "standing": "seen and not declared"},
    ]
    text = letter(case, Recipient("privacy", "X"), Words("en"), "k")
    assert "not found in the documents of the maker that I have: Seen Alone." in text


def test_long_lists_are_cut_and_counted() -> None:
    case = _case()
    party = {
        "organisation": None, "domain": "x.example", "role": "third", "first_day": "a", "last_day": "b",
        "bytes_up": 1, "server_countries": [], "encrypted": None,
    }  # fmt: skip
    case["parties"] = [party] * (MOST + 3)
    text = letter(case, Recipient("market", "X"), Words("en"), "k")
    assert text.count("x.example") == MOST
    assert "and 3 more" in text


def _case() -> dict[str, Any]:
    return {
        "device": {"name": "Bear", "vendor": None, "model": None},
        "coverage": {"since": "a", "until": "b", "watched_share": 0.5},
        "parties": [],
        "changes": [],
        "findings": [],
        "declared": {"rows": []},
        "support": {"sentence": "None stated."},
    }


def test_the_process_for_the_dashboard_prints_it(
    store: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    ordered = f'{{"device": "{DOLL}", "since": {ORDER.since:f}, "until": {ORDER.until:f}}}'
    assert main([str(store), ordered, "cnil", "fr"]) == 0
    assert "Madame, Monsieur" in capfdbinary.readouterr().out.decode()
    assert main([str(store), ordered, "nobody", "fr"]) == 1
