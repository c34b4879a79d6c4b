"""Vendors: legal forms and accents do not matter; a name in a domain counts only where it tells something."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.parties.knowledge import Maker
from appliance.parties.vendors import bears_name, find_maker, is_component_maker, vendor_key

MAKERS = {
    "boxine": Maker("Boxine", "Boxine", frozenset()),
    "tplink": Maker("TP-Link", "TP-Link", frozenset()),
    "amazon": Maker("Amazon", "Amazon", frozenset()),
}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("TP-Link Technologies Co., Ltd.", "tplink"),
        ("Boxine GmbH", "boxine"),
        ("Nestlé", "nestle"),
        ("Shenzhen Technology", "shenzhentechnology"),
        ("", ""),
        ("木", ""),
    ],
)
def test_key(text: str, key: str) -> None:
    assert vendor_key(text) == key


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Boxine (tonies)", "Boxine"),
        ("TP-LINK TECHNOLOGIES CO.,LTD.", "TP-Link"),
        ("Amazon Technologies Inc.", "Amazon"),
        ("AMAZON-02", "Amazon"),
        ("Amazonas Toys", None),
        ("", None),
    ],
)
def test_find_maker(text: str, name: str | None) -> None:
    maker = find_maker(text, MAKERS)
    assert (maker.name if maker else None) == name


@pytest.mark.parametrize(
    ("vendor", "domain", "expected"),
    [
        ("D-Link", "mydlink.com", True),
        ("Microseven", "microseven.com", True),
        ("Wobblebear Toys", "wobblebear-cloud.example", True),
        ("Vivid Toys", "toys.example", False),
        ("Smart Home Camera", "smarthome.example", False),
        ("Apple", "pineapplefarmers.example", False),
        ("Sky", "skype.example", False),
        ("Eve", "events.example", False),
        ("", "example.com", False),
        ("Bear", "", False),
    ],
)
def test_bears_name(vendor: str, domain: str, expected: bool) -> None:
    assert bears_name(vendor, domain) is expected


@pytest.mark.parametrize(
    ("vendor", "expected"),
    [("Espressif Inc.", True), ("Murata Manufacturing", True), ("", True), ("Boxine", False)],
)
def test_is_component_maker(vendor: str, expected: bool) -> None:
    assert is_component_maker(vendor) is expected


@given(st.text(), st.text())
def test_any_text_is_read(vendor: str, domain: str) -> None:
    assert find_maker(vendor, MAKERS) in {None, *MAKERS.values()}
    assert bears_name(vendor, domain) in {True, False}
    assert is_component_maker(vendor) in {True, False}
