"""What a code on a label says: item numbers with their check digit, GS1 links, and anything else as text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.declared.codes import lines, read_code

LINK = "https://id.bear.example/01/09506000134352/21/A-77?linkType=gs1:dpp"


@pytest.mark.parametrize(
    ("text", "gtin", "serial", "link"),
    [
        ("4006381333931", "04006381333931", None, None),  # EAN-13
        ("4006381333932", None, None, None),  # a wrong check digit
        ("96385074", "00000096385074", None, None),  # EAN-8
        ("036000291452", "00036000291452", None, None),  # UPC-A
        (LINK, "09506000134352", "A-77", LINK),
        ("HTTPS://ID.BEAR.EXAMPLE/01/09506000134352", "09506000134352", None, "HTTPS://ID.BEAR.EXAMPLE/01/09506000134352"),
        ("https://bear.example/help", None, None, "https://bear.example/help"),
        ("]d20109506000134352215B", "09506000134352", None, None),  # a GS1 DataMatrix
        ("(01)09506000134352(21)5B", "09506000134352", None, None),
        ("WIFI:S:bear;;", None, None, None),
    ],
)  # fmt: skip
def test_codes(text: str, gtin: str | None, serial: str | None, link: str | None) -> None:
    assert read_code(text) == (gtin, serial, link, text)


def test_lines_are_what_a_parent_keeps() -> None:
    codes = [read_code(LINK), read_code("4006381333931"), read_code("a\nb")]
    assert lines(codes).split("\n") == [
        "GTIN 09506000134352",
        "Serial A-77",
        LINK,
        "GTIN 04006381333931",
        "a b",
    ]
    assert lines([]) == ""


@given(st.text(max_size=80) | st.from_regex(r"https?://\S{0,60}", fullmatch=True))
def test_any_text(text: str) -> None:
    assert read_code(text).text == text.strip()
