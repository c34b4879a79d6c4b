"""Declared beside seen: parties, countries, purposes; versions of a notice."""

from __future__ import annotations

from typing import Any

import pytest

from appliance.declared.compare import (
    BOTH,
    DECLARED,
    DENIED,
    MENTIONED,
    SEEN,
    compare,
    difference,
    latest,
)
from appliance.declared.document import COUNTRY, MUD, NOTICE, PARTY, PERIOD, PURPOSE, RULE, Claim, Document
from appliance.parties.party import PartyRecord


def claim(value: str, topic: str = PARTY, **more: Any) -> Claim:
    return Claim(1, 1, "d-1", topic, value, False, f"We name {value}.", "before", RULE, False)._replace(
        **more
    )


def party(domain: str, organisation: str | None, **more: Any) -> PartyRecord:
    record = PartyRecord(
        "d-1",
        domain,
        organisation,
        "third",
        "analytics",
        "US",
        ("US",),
        10.0,
        20.0,
        3,
        1,
        1,
        True,
        "named",
        "",
        (),
    )
    return record._replace(**more)


GOOGLE = party("google.com", "Google")
MAKER = party("bear.example", "Bearworks", role="first", purpose="update", server_countries=("IE",))
SENTRY = party("sentry.io", "Functional Software", purpose="crash", server_countries=("DE",))


def table(claims: list[Claim], parties: list[PartyRecord], topic: str = PARTY) -> list[tuple[str, str]]:
    return [(row.standing, row.value) for row in compare(claims, parties) if row.topic == topic]


@pytest.mark.parametrize(
    ("name", "claims", "parties", "rows"),
    [
        ("both", [claim("Google Ireland Limited")], [GOOGLE], [(BOTH, "Google Ireland Limited")]),
        ("seen alone", [], [GOOGLE], [(SEEN, "Google")]),
        ("declared alone", [claim("Sternfunk GmbH")], [], [(DECLARED, "Sternfunk GmbH")]),
        ("denied and seen", [claim("Google", denied=True)], [GOOGLE], [(DENIED, "Google")]),
        ("denied and not seen", [claim("Google", denied=True)], [], []),
        ("struck", [claim("Google", struck=True)], [GOOGLE], [(SEEN, "Google")]),
        ("by its domain", [claim("Sentry")], [SENTRY], [(BOTH, "Sentry")]),
        ("by who runs it", [claim("Amazon Web Services")], [party("toy.example", None, operator="Amazon")],
         [(BOTH, "Amazon Web Services")]),
        ("a known owner on a named cloud is not named", [claim("Amazon Web Services")],
         [party("ads.example", "Adorchard", operator="Amazon")],
         [(SEEN, "Adorchard"), (DECLARED, "Amazon Web Services")]),
        ("its maker is no surprise", [], [MAKER], [(BOTH, "Bearworks")]),
        ("a bare address", [], [party("198.51.100.7", None, outcome="address")], [(SEEN, "198.51.100.7")]),
        ("within the home", [], [GOOGLE._replace(outcome="local")], []),
        ("a like name", [claim("Goo")], [GOOGLE], [(SEEN, "Google"), (DECLARED, "Goo")]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_parties(name, claims, parties, rows):
    assert table(claims, parties) == rows, name


def test_what_a_family_wants_to_know_comes_first():
    rows = compare(
        [claim("Google", denied=True), claim("Functional Software"), claim("Nobody Ltd")],
        [GOOGLE, SENTRY, party("ads.example", "Adorchard")],
    )
    assert [row.standing for row in rows if row.topic == PARTY] == [DENIED, SEEN, BOTH, DECLARED]
    assert rows[0].sentence == "We name Google." and rows[0].seen == ("google.com",)


@pytest.mark.parametrize(
    ("declared", "rows"),
    [
        (["US"], [(SEEN, "DE"), (BOTH, "US")]),
        (["EEA"], [(SEEN, "US"), (BOTH, "EEA")]),
        (["EU", "US"], [(BOTH, "EU"), (BOTH, "US")]),
        (["IN"], [(SEEN, "DE"), (SEEN, "US"), (DECLARED, "IN")]),
        ([], []),
    ],
)
def test_countries(declared, rows):
    assert table([claim(code, COUNTRY) for code in declared], [GOOGLE, SENTRY], COUNTRY) == rows


def test_purposes_and_periods():
    claims = [claim("crash", PURPOSE), claim("24 months", PERIOD)]
    assert table(claims, [GOOGLE, SENTRY], PURPOSE) == [(SEEN, "analytics"), (BOTH, "crash")]
    assert table(claims, [GOOGLE], PERIOD) == [], "nothing can be seen of how long something is kept"


def document(number: int, kind: str) -> Document:
    return Document(number, "d-1", kind, 0.0, "pasted", None, "", "")


def test_the_newest_version_of_each_kind_holds():
    versions = [document(1, NOTICE), document(2, MUD), document(3, NOTICE)]
    assert [version.id for version in latest(versions)] == [3, 2]


def test_what_a_new_version_says_otherwise():
    before = [claim("Google"), claim("Sternfunk"), claim("12 months", PERIOD)]
    after = [claim("Google LLC"), claim("Adorchard"), claim("24 months", PERIOD)]
    changed = difference(before, after)
    assert [c.value for c in changed.added] == ["Adorchard", "24 months"]
    assert [c.value for c in changed.gone] == ["Sternfunk", "12 months"]
    assert difference(before, before) == ([], [])


SENTRY_TEXTS = (
    ("its owner", "Errors are read by Functional Software in Vienna.", MENTIONED),
    ("its domain's word", "Errors go to Sentry, too.", MENTIONED),
    ("its domain", "See https://sentry.io/privacy for more.", MENTIONED),
    ("small letters are a word", "A sentry stands at the gate of the castle.", SEEN),
    ("part of a word", "Our Sentrybox is made of wood.", SEEN),
    ("another domain", "See sentry.io.example or my-sentry.io for more.", SEEN),
    ("nothing", "We share nothing.", SEEN),
)


@pytest.mark.parametrize(("name", "text", "standing"), SENTRY_TEXTS, ids=[case[0] for case in SENTRY_TEXTS])
def test_a_party_whose_name_is_in_the_text_is_not_told_as_unnamed(name, text, standing):
    (row,) = [row for row in compare([], [SENTRY], [text]) if row.topic == PARTY]
    assert (row.standing, row.sentence) == (standing, text if standing == MENTIONED else ""), name


def test_what_a_family_struck_is_not_found_again_in_the_text():
    text = "A Sentry bear is what your child gets."
    rows = compare([claim("Sentry", struck=True)], [SENTRY], [text])
    assert [row.standing for row in rows if row.topic == PARTY] == [SEEN]
