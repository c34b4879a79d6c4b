"""A kept page is the page: of this reader, of this moment of the store, with this reader's token."""

from __future__ import annotations

import re
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.access import PERMISSIONS
from tests.web.household import MemoryReader
from tests.web.test_answers import PAGE, Home
from web.kept import ACT_S, BEHIND_S, EXTENSION, FRESH_S, MAX_BYTES, Page, Pages, Turns


@pytest.fixture
def family(home: MemoryReader, tmp_path: Path) -> Iterator[Home]:
    found = Home(home, tmp_path / "home.db")
    yield found
    found.close()


def token(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def kept_pages(family: Home) -> Pages:
    pages: Pages = family.app.extensions[EXTENSION]
    return pages


def test_a_page_is_drawn_once_and_carries_each_readers_own_token(family: Home) -> None:
    other = family.app.test_client()
    mine, theirs = family.client.get(PAGE).text, other.get(PAGE).text
    assert len(kept_pages(family)) == 1
    assert token(mine) != token(theirs)
    assert mine.replace(token(mine), "") == theirs.replace(token(theirs), "")
    (page,) = kept_pages(family)._pages.values()
    assert token(mine).encode() not in zlib.decompress(page.pieces)


def test_what_is_written_is_seen_at_once(family: Home) -> None:
    assert "You said this is expected" not in family.client.get(PAGE).text
    assert family.send(f"{PAGE}/answer", said="expected") == 303
    assert "You said this is expected" in family.client.get(PAGE).text


def test_languages_are_kept_apart(family: Home) -> None:
    for asks, language in (("fr", "fr"), ("en", "en"), ("fr", "fr")):
        page = family.client.get("/", headers={"Accept-Language": asks}).text
        assert f'<html lang="{language}">' in page


VERSION, NEWER = ("1",), ("2",)


def pages_with(version: tuple[str, ...], ts: float) -> Pages:
    pages = Pages()
    pages.keep("home", Page(version, ts, BEHIND_S, b"page", (0,)))
    return pages


@pytest.mark.parametrize(
    ("version", "after_s", "acted_s", "shown"),
    [
        (VERSION, 0, None, True),
        (VERSION, FRESH_S - 1, None, True),
        (VERSION, FRESH_S, None, False),
        (VERSION, 5, 5, True),
        (NEWER, BEHIND_S - 1, None, True),
        (NEWER, BEHIND_S, None, False),
        (NEWER, 5, 4, False),
        (NEWER, 5, 5 - ACT_S - 1, True),
        (VERSION, -1, None, False),
    ],
    ids=[
        "unchanged",
        "unchanged for a minute",
        "old",
        "what was said is in it",
        "packets came",
        "far behind the packets",
        "something was said",
        "said long ago",
        "the clock was set back",
    ],
)
def test_how_long_a_page_may_be_shown(
    version: tuple[str, ...], after_s: float, acted_s: float | None, shown: bool
) -> None:
    pages = pages_with(VERSION, 1000.0)
    if acted_s is not None:
        pages.acted(1000.0 + acted_s)
    assert (pages.find("home", version, 1000.0 + after_s) is not None) == shown


def test_pages_for_others_are_others(family: Home) -> None:
    family.client.get("/")
    (key,) = kept_pages(family)._pages
    assert key == ("/?", "en", "guest", "", frozenset(PERMISSIONS), None)


def test_the_bytes_of_kept_pages_are_bounded() -> None:
    pages = Pages()
    for n in range(40):
        pages.keep(n % 35, Page(VERSION, float(n), BEHIND_S, b"x" * (MAX_BYTES // 30), (0,)))
    assert len(pages) == 30
    assert pages.find(9, VERSION, 39.0) is None
    assert pages.find(0, VERSION, 39.0) is not None, "drawn anew, it is among the youngest"


def test_whoever_waits_is_let_in_in_turn() -> None:
    turns, let_in, most, inside = Turns(1), list[int](), 0, 0

    def go_in(number: int) -> None:
        nonlocal most, inside
        with turns:
            inside += 1
            most = max(most, inside)
            let_in.append(number)
            time.sleep(0.001)
            inside -= 1

    threads = [threading.Thread(target=go_in, args=(number,)) for number in range(12)]
    with turns:
        for waiting, thread in enumerate(threads, 1):
            thread.start()
            while len(turns) < waiting:
                time.sleep(0.0005)
    for thread in threads:
        thread.join()
    assert let_in == list(range(12))
    assert most == 1
