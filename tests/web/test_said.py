"""Sentences of the core in the reader's language: every one has a shape, whatever is filled in."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.behaviour.baseline import Learning, missing
from appliance.parties.knowledge import SUPPORT_KINDS, THIRD_KINDS
from appliance.settings import LANGUAGE, SETTINGS, SETUP_DONE
from web.language import Language
from web.said import MAX_TEXT, SHAPES, said, shapes_of

CORE = Path(__file__).parents[2] / "appliance"
FILES = sorted(
    [
        *CORE.glob("devices/signals/*.py"),
        *CORE.glob("findings/*.py"),
        CORE / "devices" / "upnp.py",
        CORE / "devices" / "likeness.py",
        CORE / "parties" / "attribution.py",
        CORE / "parties" / "roles.py",
        CORE / "behaviour" / "updates.py",
    ]
)
FRENCH = Language("fr")

ASSEMBLED = {
    "a1 changed from a1 to a1": [
        "its User-Agent changed from toy/1 to toy/2",
        "its mDNS entry fw changed from 1 to 2",
    ],
    "it restarted: it asked for an address and for a1": [
        "it restarted: it asked for an address and for 2 of the 3 names it usually asks for"
    ],
    "a1, whose devices are mostly of this kind": [
        "its address block is registered to Boxine GmbH, whose devices are mostly of this kind"
    ],
    "HTTP a1 with a1 (a1)": [
        "HTTP POST with 12 bytes (text/plain)",
        "HTTP PUT with a body (no declared kind)",
    ],
    "asked a1 to open a1 a1a1": [
        "asked 192.168.1.1 to open tcp port 80",
        "asked 192.168.1.1 to open udp port 80 to 192.168.1.9",
        "asked 192.168.1.1 to open tcp a port of the router's choice",
    ],
    "a1 a1.": ["Ads Inc. watches use or serves advertisements for many companies."],
    "a1 a1; we know no tie to a1.": ["Lamps Ltd. makes other devices; we know no tie to Boxine."],
    "a1 is a1.": ["Fastly is a delivery network that many makers rent."],
}
"""What the core puts together from parts that are words themselves, with what comes out."""


def spoken(node: ast.AST) -> Iterator[ast.expr]:
    """Yield what becomes a sentence: a `reason`, a cue's `text`, what was Seen, the reason beside a role."""
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        if node.targets[0].id in {"reason", "text", "kind"}:
            yield node.value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Seen":
        yield node.args[0]
    elif isinstance(node, ast.keyword) and node.arg == "reason":
        yield node.value
    elif isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple) and len(node.value.elts) == 2:
        yield node.value.elts[1]


def sentences(path: Path) -> set[str]:
    """Return the sentences of a module with something filled in; what is glued on begins with no letter."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        for value in spoken(node):
            for part in (value.body, value.orelse) if isinstance(value, ast.IfExp) else (value,):
                if isinstance(part, ast.JoinedStr):
                    pieces = [p.value if isinstance(p, ast.Constant) else "a1" for p in part.values]
                    found.add("".join(map(str, pieces)))
                elif isinstance(part, ast.Constant) and isinstance(part.value, str) and " " in part.value:
                    found.add(part.value)
    return {text for text in found if " " in text and text.replace("a1", "").strip(" ,:;()=/")}


CASES = [
    (path.stem, text)
    for path in FILES
    for sentence in sorted(sentences(path))
    for text in ASSEMBLED.get(sentence, [sentence])
]


def test_the_core_was_read() -> None:
    assert len(CASES) > 60


@pytest.mark.parametrize(("module", "text"), CASES, ids=lambda value: value[:50])
def test_every_sentence_of_the_core_has_a_shape(module: str, text: str) -> None:
    assert shapes_of(text), f"write the shape of {text!r} ({module}) into web/said.py, and its French"


@pytest.mark.parametrize("kind", SUPPORT_KINDS)
def test_every_kind_of_support_has_a_shape(kind: str) -> None:
    assert shapes_of(f"Some Ltd. is {SUPPORT_KINDS[kind]}.")[0][1] == {"name": "Some Ltd."}


@pytest.mark.parametrize("kind", THIRD_KINDS)
def test_every_kind_of_stranger_has_a_shape(kind: str) -> None:
    (found,) = shapes_of(f"Some Ltd. {THIRD_KINDS[kind]}; we know no tie to Toys Inc.")
    assert found[1] == {"name": "Some Ltd.", "vendor": "Toys Inc"}


@pytest.mark.parametrize(
    "setting", [each for each in SETTINGS if each is not SETUP_DONE], ids=lambda s: s.key
)
def test_every_setting_is_said_in_french(setting) -> None:  # type: ignore[no-untyped-def]
    assert FRENCH.said(setting.meaning) != setting.meaning


def test_what_is_missing_is_said_in_french() -> None:
    said_now = [FRENCH.said(text) for text in missing(Learning(5.5, 2, 0, 0, False))]
    assert said_now == [
        "2 jours d'observation de plus",
        "1 utilisation de plus",
        "2 jours d'utilisation de plus",
        "1 redémarrage",
    ]


def test_names_with_full_stops_are_kept_whole() -> None:
    text = "toy.example bears the name of Toy Pte. Ltd.. The server is run by Cloud Inc. of X."
    assert FRENCH.said(text) == (
        "toy.example porte le nom de Toy Pte. Ltd.. Le serveur est exploité par Cloud Inc. of X."
    )


def test_english_and_unknown_stay_as_they_are() -> None:
    text = "it answers on tcp/80"
    assert Language("en").said(text) == text
    assert FRENCH.said("nobody says this") == "nobody says this"
    assert FRENCH.said(LANGUAGE.key) == LANGUAGE.key


@given(st.text(max_size=2 * MAX_TEXT))
def test_any_text_is_said_somehow(text: str) -> None:
    assert isinstance(said(text, str), str)


@given(st.sampled_from(SHAPES), st.text(st.characters(exclude_characters="."), min_size=1, max_size=40))
def test_what_is_filled_in_comes_back(shape: str, text: str) -> None:
    class Filled(dict[str, str]):
        def __missing__(self, key: str) -> str:
            return text

    assert said(shape % Filled(), str) == shape % Filled()
