"""Rules of law and standard with their dates of application, read from CSV (docs/support.md)."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any, Final, NamedTuple

DATA: Final = Path(__file__).parent.parent / "data" / "law"


class Rule(NamedTuple):
    """One rule. Which observation bears on it is our judgement; a lawyer should look at it."""

    key: str  # how a finding names it: "GDPR" of "GDPR art. 32"
    name: str
    jurisdiction: str  # "EU", a country's code, or "internet" for a standard of the net
    in_force: str  # ISO date
    applies: str  # ISO date from which it is to be kept; products on the market before may be exempt
    about: tuple[str, ...]  # "security", "privacy", "support"
    says: str
    source: str
    date: str  # when the row was last looked at


def load_rules(path: Path = DATA / "rules.csv") -> tuple[Rule, ...]:
    """Return every row. Raises OSError, ValueError for another column."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != Rule._fields:
            raise ValueError(f"read the columns {reader.fieldnames} in {path.name}, expected {Rule._fields}")
        return tuple(_rule(row) for row in reader)


def _rule(row: dict[str, str]) -> Rule:
    fields: dict[str, Any] = {**row, "about": tuple(row["about"].split("|"))}
    return Rule(**fields)


def rule_of(text: str, rules: tuple[Rule, ...]) -> Rule | None:
    """Return the rule that a finding names ("CRA art. 13(8)"): the longest key it begins with."""
    fitting = [rule for rule in rules if text.startswith(rule.key)]
    return max(fitting, key=lambda rule: len(rule.key), default=None)


def applies_at(rule: Rule, day: str) -> bool:
    """Return whether a rule is to be kept on a day (ISO)."""
    return rule.applies <= day
