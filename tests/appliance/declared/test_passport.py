"""A saved product passport: its members as lines, bounded; and what is read of them."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from appliance.declared.document import PARTY, PASSPORT, SUPPORT_END, Document
from appliance.declared.passport import MAX_LINES, text_of
from appliance.declared.table import read_document
from appliance.lookup.declared import load_known

SAVED = {
    "@context": "https://schema.example/",
    "product": {"name": "Bear", "gtin": "09506000134352", "securityUpdatesUntil": "2029-03"},
    "economicOperators": [{"role": "manufacturer", "name": "Nuagerie Toys GmbH"}],
    "declared": True,
}


def test_members_become_lines() -> None:
    assert text_of(json.dumps(SAVED)).split("\n") == [
        "- @context: https://schema.example/",
        "- name: Bear",
        "- gtin: 09506000134352",
        "- security updates until: 2029-03",
        "- role: manufacturer",
        "- name: Nuagerie Toys GmbH",
    ]


def test_an_end_and_a_party_are_read_of_it() -> None:
    text = json.dumps(SAVED)
    document, claims = read_document(Document(0, "d", PASSPORT, 0.0, "saved", None, "", text), load_known())
    found = {(claim.topic, claim.value) for claim in claims}
    assert (SUPPORT_END, "2029-03") in found
    assert document.text == text
    assert {value for topic, value in found if topic == PARTY} <= {"Nuagerie Toys GmbH"}


def test_what_is_no_json_is_a_text_and_a_deep_one_is_bounded() -> None:
    assert text_of("Updates until 2029") == "Updates until 2029"
    assert text_of("[" * 5_000) == "[" * 5_000
    assert len(text_of(json.dumps(["x"] * 9_000)).split("\n")) == MAX_LINES


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=9),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    )
)
def test_any_json(value: object) -> None:
    assert isinstance(text_of(json.dumps(value)), str)
