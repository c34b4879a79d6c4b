"""Text that hides or turns is marked; honest text stays as it is."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.records import Loss
from web.visible import MAX_ACCENTS, MAX_SHOWN, shortened, visible, visible_in

CASES = {
    "plain": ("prod.de.tbs.toys", "prod.de.tbs.toys"),
    "umlaut": ("Bärchen", "Bärchen"),
    "arabic": ("دب", "دب"),
    "override": ("\u202eexe", "‹U+202E›exe"),
    "zero width": ("a\u200bb", "a‹U+200B›b"),
    "escape": ("\x1b[31m", "‹U+001B›[31m"),
    "new line": ("a\nb", "a b"),
    "wide space": ("a\u3000b", "a b"),
    "filler": ("\u3164", "‹U+3164›"),
    "surrogate": ("\ud800", "‹U+D800›"),
    "accents": ("e" + "\u0301" * 9, "e\u0301\u0301"),
    "long": ("x" * 700, "x" * MAX_SHOWN + "…"),
}


@pytest.mark.parametrize(("text", "shown"), CASES.values(), ids=CASES.keys())
def test_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text())
def test_what_is_shown_can_be_seen(text: str) -> None:
    shown = visible(text)
    assert all(unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} for character in shown)
    assert len(shown) <= MAX_SHOWN * len("‹U+10FFFF›") + 1
    assert visible(shown) == shown or len(shown) > MAX_SHOWN
    marks = [bool(unicodedata.combining(character)) for character in shown]
    runs = "".join("x" if mark else " " for mark in marks).split()
    assert all(len(run) <= MAX_ACCENTS for run in runs)


def test_records_keep_their_type() -> None:
    loss = Loss(1.0, 2.0, "gap", 0, "a\u200bb")
    assert visible_in([loss]) == [loss._replace(detail="a‹U+200B›b")]
    assert visible_in({"\u202e": ("\u202e", None)}) == {"‹U+202E›": ("‹U+202E›", None)}


@given(st.text(), st.integers(3, 40))
def test_shortened_keeps_both_ends(text: str, length: int) -> None:
    short = shortened(text, length)
    assert len(short) <= max(length, 0)
    if len(text) > length:
        assert text.startswith(short.split("…")[0])
        assert text.endswith(short[-(length // 2) :])
