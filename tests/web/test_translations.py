"""French says everything, nothing says what was not asked, and the compiled files are those of today."""

from __future__ import annotations

import io
import re
from itertools import chain
from pathlib import Path
from string import Formatter
from typing import Final

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir, extract_from_file
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from appliance.data.texts import de, en, fr
from tests.web.conftest import dashboard
from tests.web.household import DOLL, MemoryReader
from web.language import DOMAIN, LANGUAGES, LOCALES, Language
from web.words import CATEGORIES, PURPOSES, ROLES

WEB = Path(__file__).parents[2] / "web"
METHODS = [("**/templates/**.html", "jinja2"), ("**.py", "python")]
OPTIONS = {"**/templates/**.html": {"newstyle_gettext": "true"}}
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2), "_n": (1, 2)}
TO_UPDATE = "run scripts/translations, then write what is empty in web/locale/fr/LC_MESSAGES/tattlebox.po"


def catalogue(language: str) -> Catalog:
    path = LOCALES / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    return read_po(io.BytesIO(path.read_bytes()), locale=language)


def used() -> set[str]:
    """Return every text of the pages, the singular of those that have two forms."""
    folders = (WEB, WEB.parent / "appliance" / "research")
    found = chain.from_iterable(extract_from_dir(str(one), METHODS, OPTIONS, KEYWORDS) for one in folders)
    return {text if isinstance(text, str) else text[0] for _, _, text, _, _ in found}


def test_french_is_complete() -> None:
    french = {m.id if isinstance(m.id, str) else m.id[0]: m for m in catalogue("fr") if m.id}
    missing = sorted(text for text in used() if text not in french or not all(_forms(french[text].string)))
    assert missing == [], TO_UPDATE


CASE: Final = ("fridge", "support", "letter", "dossier", "declared", "base", "error")
"""Pages that a family prints or hands on, and what stands around them: whole in German, too."""


def test_pages_to_hand_on_are_german() -> None:
    german = {m.id if isinstance(m.id, str) else m.id[0]: m.string for m in catalogue("de") if m.id}
    pages = [(METHODS[0][1], WEB / "templates" / f"{name}.html") for name in CASE]
    modules = [("python", path) for name in CASE if (path := WEB / f"{name}.py").exists()]
    found = chain.from_iterable(
        extract_from_file(method, str(path), keywords=KEYWORDS, options=OPTIONS["**/templates/**.html"])
        for method, path in pages + modules
    )
    used = {text if isinstance(text, str) else text[0] for _, text, _, _ in found}
    missing = sorted(text for text in used | words() if not all(_forms(german[text])))
    assert missing == []


def words() -> set[str]:
    """Return the words for purposes, kinds of devices and roles, which stand on all of these pages."""
    return {*PURPOSES.values(), *CATEGORIES.values(), *(text for role in ROLES.values() for text in role)}


def test_german_is_started() -> None:
    german = [m for m in catalogue("de") if m.id and all(_forms(m.string))]
    assert len(german) > 80


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_translations_keep_what_is_filled_in(language: str) -> None:
    for message in catalogue(language):
        for said in _forms(message.string):
            if message.id and said:
                wanted = [_parts(text) for text in _forms(message.id)]
                assert _parts(said) in wanted, (message.id, said)


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_compiled_files_are_those_of_today(language: str) -> None:
    with (LOCALES / language / "LC_MESSAGES" / f"{DOMAIN}.mo").open("rb") as file:
        compiled = {tuple(_forms(m.id)): _forms(m.string) for m in read_mo(file) if m.id}
    known = [m for m in catalogue(language) if m.id and all(_forms(m.string)) and not m.fuzzy]
    written = {tuple(_forms(m.id)): _forms(m.string) for m in known}
    assert _differing(compiled) == _differing(written), "run scripts/translations"


@pytest.mark.parametrize(
    ("asks", "language", "says"),
    [
        ("fr-FR,fr;q=0.9", "fr", "À qui il parle"),
        ("de", "de", "Mit wem es spricht"),
        ("tlh", "en", "Who it talks to"),
    ],
)
def test_the_browser_chooses(home: MemoryReader, asks: str, language: str, says: str) -> None:
    answer = dashboard(home).test_client().get(f"/devices/{DOLL}", headers={"Accept-Language": asks})
    assert f'<html lang="{language}">' in answer.text
    assert says in answer.text


def test_numbers_sizes_and_countries_in_french() -> None:
    french = Language("fr", "Europe/Paris")
    assert french.country("DE") == "Allemagne"
    assert re.sub(r"\s", " ", french.size(8_100)) == "8,1 ko"
    assert re.sub(r"\s", " ", french.number(21_480_553)) == "21 480 553"
    assert (french.span("24 months"), french.span("a while")) == ("24\u00a0mois", "a while")
    assert french.date(1_780_000_000.0) == "28\u00a0mai"


def test_finding_words_and_alerts_have_the_same_texts_in_all_languages() -> None:
    assert set(en.TEXTS) == set(fr.TEXTS) == set(de.TEXTS)


def _differing(texts: dict[tuple[str, ...], list[str]]) -> dict[tuple[str, ...], list[str]]:
    """Return what differs from English: a plural without translation is compiled as what it was."""
    return {text: said for text, said in texts.items() if said != list(text)}


def _forms(text: str | tuple[str, ...] | list[str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


def _parts(text: str) -> set[str]:
    """Return the names that are filled in."""
    assert not [name for _, name, _, _ in Formatter().parse(text) if name], "braces are not filled in here"
    return set(re.findall(r"%\((\w+)\)", text))
