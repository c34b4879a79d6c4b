"""A kept page is the page: of this reader, of this moment of the store, with this reader's token."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.household import DOLL, MemoryReader
from tests.web.test_answers import PAGE, Home
from web.kept import EXTENSION, MAX_PAGES


@pytest.fixture
def family(home: MemoryReader, tmp_path: Path) -> Iterator[Home]:
    found = Home(home, tmp_path / "home.db")
    yield found
    found.close()


def token(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_a_page_is_drawn_once_and_carries_each_readers_own_token(family: Home) -> None:
    other = family.app.test_client()
    mine, theirs = family.client.get(PAGE).text, other.get(PAGE).text
    assert len(family.app.extensions[EXTENSION]) == 1
    assert token(mine) != token(theirs)
    assert mine.replace(token(mine), "") == theirs.replace(token(theirs), "")
    assert token(mine).encode() not in next(iter(family.app.extensions[EXTENSION].values()))


def test_what_is_written_is_seen_at_once(family: Home) -> None:
    assert "You said this is expected" not in family.client.get(PAGE).text
    assert family.send(f"{PAGE}/answer", said="expected") == 303
    assert "You said this is expected" in family.client.get(PAGE).text


def test_languages_are_kept_apart(family: Home) -> None:
    for asks, language in (("fr", "fr"), ("en", "en"), ("fr", "fr")):
        page = family.client.get("/", headers={"Accept-Language": asks}).text
        assert f'<html lang="{language}">' in page


def test_few_pages_are_kept(family: Home) -> None:
    for n in range(MAX_PAGES + 5):
        family.client.get(f"/devices/{DOLL}?n={n}")
    assert len(family.app.extensions[EXTENSION]) == MAX_PAGES
