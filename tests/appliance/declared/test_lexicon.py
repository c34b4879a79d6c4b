"""What is made of German words, and what is not."""

from __future__ import annotations

import pytest

from appliance.declared.judge import Judge
from appliance.declared.lexicon import is_compound
from appliance.declared.read import LANGUAGES
from appliance.declared.terms import NO_TERMS
from appliance.lookup.declared import load_known

KNOWN = load_known()
GERMAN = Judge(LANGUAGES[2], KNOWN, NO_TERMS)

WORDS = frozenset(("adresse", "händler", "verkehr", "mittel", "wetter", "dienst", "stelle"))


@pytest.mark.parametrize(
    ("word", "made"),
    [
        ("adresshändler", True),
        ("verkehrsmittel", True),
        ("wetterdienststelle", True),
        ("wetter", False),  # one word alone
        ("nuagedienst", False),  # half of it is none
        ("", False),
    ],
)
def test_compounds(word, made):
    assert is_compound(word, WORDS) is made


@pytest.mark.parametrize(
    ("word", "foreign"),
    [
        ("Pushwoosh", True),
        ("LimeSurvey", True),
        ("Spieluhr", False),
        ("Kuscheltieres", False),  # in the genitive
        ("SIM-Karte", False),
        ("Jury", False),
        ("Katrin", False),  # a person
        ("NABU", False),  # an acronym alone tells nothing
    ],
)
def test_what_no_word_of_german_looks_like(word, foreign):
    assert GERMAN.is_foreign(word) is foreign


def test_the_lists_are_there():
    assert len(KNOWN.german) > 20_000 and "lörrach" in KNOWN.places and "camille" in KNOWN.first_names
