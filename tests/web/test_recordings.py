"""The mark of a recording: on every page while it lasts, with its end; stopped by who may."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.store.recordings import Recordings
from tests.web.conftest import dashboard
from tests.web.household import DOLL, NOW, MemoryReader
from tests.web.reading_html import Page
from tests.web.test_answers import Home
from web.security.house import House

MARKED = "Every packet of"


@pytest.fixture
def family(home: MemoryReader, tmp_path: Path) -> Iterator[Home]:
    found = Home(home, tmp_path / "home.db")
    yield found
    found.close()


def text(family: Home, address: str) -> str:
    return " ".join(" ".join(Page(family.client.get(address).text).texts).split())


def test_every_page_shows_it_until_it_is_stopped(family: Home) -> None:
    recordings = Recordings(family.book)
    assert MARKED not in text(family, "/")
    begun = recordings.begin(NOW, DOLL, 10)
    for address in ("/", "/devices", f"/devices/{DOLL}", "/alerts", "/log/"):
        assert MARKED in text(family, address), address
    assert family.send(f"/recordings/{begun.id + 1}/stop") == 404
    assert family.send(f"/recordings/{begun.id}/stop") == 303
    assert recordings.running(NOW) is None
    assert MARKED not in text(family, "/")
    assert family.send(f"/recordings/{begun.id}/stop") == 404


def test_whoever_is_not_let_in_sees_that_it_is_on_but_not_of_whom(family: Home) -> None:
    begun = Recordings(family.book).begin(NOW, DOLL, 10)
    app = dashboard(family.reader, house=House.of(family.book))
    page = app.test_client().get("/login", follow_redirects=True).text
    assert "The packets of a device in this home are being recorded" in page
    assert MARKED not in page
    assert app.test_client().post(f"/recordings/{begun.id}/stop").status_code != 303
