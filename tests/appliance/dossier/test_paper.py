"""The pages: any text can be set, nothing is markup, drawings have words, and every word is neutral."""

from __future__ import annotations

import re
import string
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.alerts.words import CASES, Words
from appliance.devices.device import SOURCES
from appliance.dossier import charts
from appliance.dossier.case import figures, gather
from appliance.dossier.order import Order
from appliance.dossier.paper import BREAK, MAX_CELL, breakable, paper, printable
from appliance.dossier.pdf import pdf
from appliance.export.source import Source
from appliance.lookup.law import load_rules
from appliance.privacy import Pseudonyms
from appliance.store.rollups import Sum
from tests.appliance.dossier.made import DAY, DAYS, START, case_store
from tests.appliance.samples import DOLL

ROOT = Path(__file__).parents[3]
VERDICTS = re.compile(
    r"violat|infring|breach|illegal|unlawful|offen[cs]e|guilty|non-complian"
    r"|enfrein|enfreint|viol(e|ent|é|ation)\b|illégal|illicite|infraction|coupable"
    r"|verst(o|ö)(ß|ss)|verletzt|rechtswidrig|illegal|schuldig",
    re.IGNORECASE,
)


def page(path: Path, language: str) -> dict[str, Any]:
    order = Order(DOLL, START, START + DAYS * DAY, language=language)
    with Source(path) as source:
        case, sums = gather(source, order, Pseudonyms(bytes(32)))
    return paper(case, order, sums, "0123 4567")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return case_store(tmp_path_factory.mktemp("case") / "home.db")


def texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for item in items for text in texts(item)]


@pytest.mark.parametrize("language", ["en", "fr", "de"])
def test_every_section_is_there_and_filled(store: Path, language: str) -> None:
    made = page(store, language)
    heads = [block["text"] for block in made["blocks"] if block["kind"] == "heading" and block["level"] == 1]
    assert len(heads) == 12
    assert not [text for text in texts(made) if re.search(r"\{\w*\}", text)]
    drawings = [block for block in made["blocks"] if block["kind"] == "drawing"]
    assert len(drawings) == 2
    assert all(len(drawing["alt"]) > 40 for drawing in drawings)


def test_a_german_dossier_has_no_english_sentence(store: Path) -> None:
    english = re.compile(r"\b(the|of|and|with|that|from|its|it|is|are|not)\b")
    titles = {
        rule.name for rule in load_rules()
    }  # of laws, and of what was measured, as the documentation has them
    titles |= {value for row in figures() for value in row.values()}
    said = [text.replace(BREAK, "") for text in texts(page(store, "de")) if len(english.findall(text)) > 1]
    assert [text for text in said if text.removeprefix("Gemessen an: ") not in titles] == []


def test_a_german_dossier_says_kinds_numbers_and_figures_in_german(store: Path) -> None:
    said = [text.replace(BREAK, "") for text in texts(page(store, "de"))]
    assert "Spielzeug" in said and "toy" not in said
    assert "0,5" in said and "0.5" not in said  # hours of a clock that was not set


@pytest.mark.parametrize("language", CASES)
def test_every_measured_figure_has_words(store: Path, language: str) -> None:
    names = {row["figure"] for row in figures()}
    assert names and names.isdisjoint(texts(page(store, language)))


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_of_evidence_has_words(source: str) -> None:
    assert all(Words(language).has(f"dossier.source.{source}") for language in CASES)


@pytest.mark.parametrize(
    ("language", "named", "country", "kind"),
    [
        ("en", ["seen, though denied", "X Corp", "receiver", "x.example", "We never do."], "Ireland",
         "MUD file (signed by a stranger: O=Bear)"),
        ("de", ["beobachtet, obwohl verneint", "X Corp", "Empfänger", "x.example", "We never do."], "Irland",
         "MUD-Datei (signiert von einem Unbekannten: O=Bear)"),
    ],
)  # fmt: skip
def test_declared_rows_are_printed_with_their_sentence(
    store: Path, language: str, named: list[str], country: str, kind: str
) -> None:
    order = Order(DOLL, START, START + DAYS * DAY, language=language)
    with Source(store) as source:
        case, sums = gather(source, order, Pseudonyms(bytes(32)))
    document = {"kind": "notice", "day": "2026-01-01", "source": "pasted", "sha256": "00"}
    notice = {**document, "signature": None, "signer": None}
    mud = {**document, "kind": "mud", "signature": "stranger", "signer": "O=Bear"}
    row = {
        "standing": "seen and denied",
        "value": "X Corp",
        "topic": "party",
        "note": "",
        "seen": ["x.example"],
    }
    rows = [{**row, "sentence": "We never do."}, {**row, "topic": "country", "value": "IE", "sentence": ""}]
    case["declared"] = {"documents": [notice, mud], "claims": [], "rows": rows}
    made = paper(case, order, sums, "k")
    printed = [line for block in made["blocks"] if block["kind"] == "table" for line in block["rows"]]
    assert named in [[cell.replace(BREAK, "") for cell in line] for line in printed]
    cells = {cell.replace(BREAK, "") for line in printed for cell in line}
    assert {country, kind} <= cells and "IE" not in cells
    assert pdf(made)


def test_every_letter_we_let_through_has_a_glyph() -> None:
    """PDF/UA-1 refuses a letter without one, so that one strange name would cost the whole dossier."""
    letters = "".join(chr(code) for code in range(0x20, 0x2300))
    shown = printable(letters[:0]) + "".join(
        printable(letters[n : n + 100]) for n in range(0, len(letters), 100)
    )
    assert pdf(
        alone({"kind": "paragraph", "text": " ".join(shown[n : n + 40] for n in range(0, len(shown), 40))})
    )


def alone(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"language": "en", "title": "x", "subtitle": "", "date": [2026, 1, 2], "blocks": list(blocks)}


@settings(max_examples=15, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=8))
def test_any_text_can_be_set(words: list[str]) -> None:
    shown = [breakable(printable(word)) for word in words]
    table = {"kind": "table", "heads": ["a"], "rows": [[word] for word in shown], "widths": [1]}
    listed = {"kind": "list", "items": shown}
    assert pdf(alone(table, listed, {"kind": "paragraph", "text": shown[0]})).startswith(b"%PDF-1.7")


@pytest.mark.parametrize(
    "text", ["#panic()", "= x", "*b* _i_ $x$", '#read("/etc/passwd")', "</text><script>", "a" * 9_999]
)
def test_text_from_the_network_is_never_markup(text: str) -> None:
    names = [("x.example", printable(text)[:40])]
    drawing = charts.lanes(
        charts.Span(0, 3), names, [(1, Sum(1, "d", "x.example", 1, 1, 5, 5))], ["a", "b", "c"]
    )
    block = {"kind": "drawing", "svg": drawing, "alt": printable(text), "caption": printable(text)}
    assert pdf(alone({"kind": "heading", "level": 1, "text": printable(text)}, block))
    assert "<script" not in drawing


def test_strange_letters_are_told_by_their_number() -> None:
    assert printable("Bär \u718a\u202e\ud800") == "Bär [U+718A][U+202E][U+D800]"
    assert len(printable("x" * 10_000)) == MAX_CELL + 1


@pytest.mark.parametrize("text", ["a.b" * 200, "x" * 600, "-" * 600, "a-" * 300, "two words", ""])
def test_long_words_may_break_and_lose_nothing(text: str) -> None:
    shown = breakable(text)
    assert shown.replace(BREAK, "") == text
    assert max(map(len, shown.split(BREAK))) <= 33
    assert pdf(alone({"kind": "paragraph", "text": shown}))


def test_bars_stand_for_days_then_weeks() -> None:
    sums = [(day, Sum(day, "d", "x", 1, 1, 10 * (day + 1), 0)) for day in range(800)]
    few = charts.sent(charts.Span(0, 30), sums[:30], [(3, 5)], ["a", "b", "c"])
    assert few.svg.count("<rect") == 30 + 1 + 1
    assert (few.most, few.day) == (300, 29)
    many = charts.sent(charts.Span(0, 800), sums, [], ["a", "b", "c"])
    assert many.svg.count("<rect") == 115 + 1
    assert many.day == 791 - 791 % 7
    nothing = charts.sent(charts.Span(0, 3), [], [], ["a", "b", "c"])
    assert nothing.most == 0


def test_languages_have_the_same_keys_and_the_same_parts() -> None:
    english = CASES["en"]
    for name, module in CASES.items():
        assert module.TEXTS.keys() == english.TEXTS.keys(), name
        assert len(module.MONTHS) == 12
        for key, text in module.TEXTS.items():
            assert parts(text) == parts(english.TEXTS[key]), (name, key)


def parts(text: str) -> set[str]:
    return {part for _, part, _, _ in string.Formatter().parse(text) if part}


@pytest.mark.parametrize(
    "path",
    sorted(
        [
            *ROOT.glob("appliance/data/case/*.py"),
            *ROOT.glob("appliance/findings/*.py"),
            *ROOT.glob("appliance/data/texts/*.py"),
            *ROOT.glob("appliance/data/law/*.csv"),
            *ROOT.glob("appliance/dossier/*.py"),
            ROOT / "docs/dossier.md",
        ]
    ),
    ids=lambda path: f"{path.parent.name}/{path.name}",
)
def test_every_word_is_neutral(path: Path) -> None:
    found = VERDICTS.findall(path.read_text(encoding="utf-8"))
    assert found == [], f"{path.name}: say what was observed, never that a rule was not kept"
