"""`tattlebox support`: the ledger as a command, the family's word with undo, the rules with their dates."""

from __future__ import annotations

import json
from datetime import date

import pytest

from appliance.findings.kinds import KINDS
from appliance.lookup.law import applies_at, load_rules, rule_of
from appliance.settle import settle
from tests.appliance.cli.test_labels import Say, say, store  # noqa: F401 - fixtures
from tests.appliance.devices.samples import BOX


def listed(say: Say, capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, object]]:  # noqa: F811
    capsys.readouterr()
    assert say("support", *words, "--json") == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_statement_is_kept_shown_and_taken_back(say: Say, store, capsys) -> None:  # noqa: F811
    assert {one["state"] for one in listed(say, capsys)} == {"not_stated"}
    assert say("support", BOX, "--until", "Security updates until March 2036") == 0
    assert "until the end of March 2036" in capsys.readouterr().out
    settle(store)
    (one,) = listed(say, capsys, BOX)
    assert (one["until"], one["source"]) == ("2036-03", "parent")
    assert one["quote"] == "Security updates until March 2036"
    assert say("undo") == 0
    settle(store)
    assert listed(say, capsys, BOX)[0]["state"] == "not_stated"


def test_a_statement_can_be_cleared(say: Say, store, capsys) -> None:  # noqa: F811
    assert say("support", BOX, "--until", "2036") == 0
    assert say("support", BOX, "--clear") == 0
    settle(store)
    assert listed(say, capsys, BOX)[0]["state"] == "not_stated"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((BOX, "--until", "five years"), "expected one date with its month"),
        (("--until", "2036-01"), "name the device"),
        (("nothing-like-it", "--until", "2036-01"), "no device is called"),
    ],
)
def test_what_cannot_be_is_a_sentence(say: Say, capsys, words: tuple[str, ...], sentence: str) -> None:  # noqa: F811
    assert say("support", *words) == 1
    assert sentence in capsys.readouterr().err


def test_the_table_is_for_people(say: Say, capsys) -> None:  # noqa: F811
    assert say("support") == 0
    out = capsys.readouterr().out
    assert "not stated" in out
    assert "No period of updates is stated" in out


def test_rules_about_support_are_listed_with_their_dates(say: Say, capsys) -> None:  # noqa: F811
    found = {row["key"]: row for row in listed(say, capsys, "--rules")}
    assert found["PSTI"]["applies"] == "2024-04-29"
    assert found["CRA"]["applies"] == "2027-12-11"
    assert say("support", "--rules") == 0
    assert "2027-12-11" in capsys.readouterr().out


def test_every_rule_has_dates_a_source_and_a_key_of_its_own() -> None:
    rules = load_rules()
    assert len({rule.key for rule in rules}) == len(rules)
    for rule in rules:
        assert date.fromisoformat(rule.in_force) <= date.fromisoformat(rule.applies), rule.key
        assert date.fromisoformat(rule.date)
        assert rule.source, rule.key
        assert rule.says, rule.key
        assert set(rule.about) <= {"security", "privacy", "support"}, rule.key


def test_every_rule_that_a_finding_names_is_in_the_table() -> None:
    rules = load_rules()
    for kind in KINDS:
        for text in kind.rules:
            assert rule_of(text, rules) is not None, (
                f"{kind.code}: add {text} to appliance/data/law/rules.csv"
            )


def test_the_longest_key_counts_and_dates_decide() -> None:
    rules = load_rules()
    reporting, whole = rule_of("CRA art. 14(1)", rules), rule_of("CRA art. 13(8)", rules)
    assert reporting is not None
    assert whole is not None
    assert (reporting.applies, whole.applies) == ("2026-09-11", "2027-12-11")
    assert applies_at(reporting, "2026-09-11")
    assert not applies_at(whole, "2027-12-10")
    assert rule_of("No such law art. 1", rules) is None
