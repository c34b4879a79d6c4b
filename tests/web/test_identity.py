"""What the family says of a device is kept, applied, shown and taken back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.devices.family import LABEL, MERGE, SPLIT, Word
from appliance.store.family_words import WordBook
from appliance.store.notes import Notes
from tests.web.household import BOX, DOLL, MemoryReader
from tests.web.test_answers import Home

PAGE = f"/devices/{DOLL}"


@pytest.fixture
def family(home: MemoryReader, tmp_path: Path) -> Iterator[Home]:
    found = Home(home, tmp_path / "home.db")
    yield found
    found.close()


def said(family: Home) -> list[Word]:
    with WordBook(family.path) as book:
        return book.all()


def test_a_name_is_kept_and_taken_back(family: Home) -> None:
    assert family.send(f"{PAGE}/label", name="Bear", category="toy") == 303
    (word,) = said(family)
    assert (word.act, word.device, word.detail, word.value) == (LABEL, DOLL, "name", "Bear")
    assert "You said: Name – Bear" in text(family)
    assert family.send(f"{PAGE}/undo") == 303
    assert (said(family)[-1].value, said(family)[-1].undoes) == (None, word.id)
    assert "You said:" not in text(family)
    assert family.send(f"{PAGE}/undo") == 404


def test_yes_that_is_right_keeps_every_field(family: Home) -> None:
    assert family.send(f"{PAGE}/confirm") == 303
    assert {word.detail: word.value for word in said(family)} == {
        "vendor": "Example Toys",
        "category": "toy",
        "model": "Doll 2",
    }


def test_merge_and_undo(family: Home) -> None:
    assert family.send(f"{PAGE}/merge", other=BOX) == 303
    assert "You said that two devices are this one." in text(family)
    assert family.send(f"{PAGE}/undo") == 303
    assert [(word.act, word.detail) for word in said(family)] == [(MERGE, BOX), (SPLIT, BOX)]


def test_notes(family: Home) -> None:
    assert family.send(f"{PAGE}/note", text="<b>from grandma</b>") == 303
    assert "&lt;b&gt;from grandma&lt;/b&gt;" in family.client.get(PAGE).text
    assert family.send(f"{PAGE}/note", text=" ") == 303
    assert Notes(family.book).of(DOLL) == ""


@pytest.mark.parametrize(
    ("address", "fields", "status"),
    [
        ("label", {"category": "spaceship"}, 400),
        ("merge", {"other": DOLL}, 400),
        ("merge", {"other": "d-none"}, 404),
        ("split", {"mac": "00:00:00:00:00:01"}, 400),
        ("undo", {}, 404),
    ],
)
def test_what_cannot_be_is_refused(family: Home, address: str, fields: dict[str, str], status: int) -> None:
    assert family.send(f"{PAGE}/{address}", **fields) == status
    assert said(family) == []


def text(family: Home) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", family.client.get(PAGE).text).split())
