"""A saved web page as text: what is read of it, and that any bytes of a page do no harm."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from appliance.declared.page import is_page, text_of

PAGE = """<!DOCTYPE html><html><head><title>T</title><script>var a = "Evil Inc.";</script></head><body>
<nav><a>Home</a></nav><h1>Privacy</h1><p>We use <b>Nuagerie</b>
and &Eacute;clair.</p><ul><li>Maps</li></ul>
<table><tr><th>Name</th><th>Purpose</th></tr><tr><td><p>Skyloft</p></td><td>Hosting</td></tr></table>
<footer>Terms</footer></body></html>"""


def test_headings_lists_and_tables_become_lines():
    lines = [line for line in text_of(PAGE).split("\n") if line]
    assert lines == [
        "Privacy",
        "We use Nuagerie and Éclair.",
        "- Maps",
        "| Name | Purpose |",
        "| Skyloft | Hosting |",
    ]


def test_a_text_is_no_page():
    assert is_page(PAGE) and is_page("  <html>") and is_page("<p>Hello</p>")
    assert not is_page("We keep <30 days") and not is_page("")


@given(st.text(alphabet="<>/!-pulitdhr123 \n&;\"'=a", max_size=300))
def test_any_page_gives_text(page):
    assert isinstance(text_of(page), str)
