"""What the family says of an alert is kept, shown and taken back; nobody else says it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from appliance.store.answers import Answers
from appliance.store.book import Book
from appliance.store.reader import Reader
from tests.web.conftest import dashboard
from tests.web.household import MemoryReader
from tests.web.test_store import stored
from web.security.house import House

ALERT = "a-000000000001"
PAGE = f"/alerts/{ALERT}"


class Home:
    """The household in a store of its own, open to whoever reads it as a family."""

    def __init__(self, reader: MemoryReader, path: Path) -> None:
        stored(reader, path)
        self.path = path
        self.reader = Reader(path)
        self.book = Book(path)
        self.app = dashboard(self.reader, house=House.of(self.book, demonstration=True))
        self.client = self.app.test_client()

    def close(self) -> None:
        self.book.close()
        self.reader.close()

    def send(self, address: str, **fields: str) -> int:
        """Send a form of this page as a browser does, and return the status of the answer."""
        token = re.search(r'name="csrf" value="([^"]+)"', self.client.get(PAGE).text)
        assert token is not None
        return self.client.post(address, data={"csrf": token[1], **fields}).status_code


@pytest.fixture
def family(home: MemoryReader, tmp_path: Path) -> Iterator[Home]:
    found = Home(home, tmp_path / "home.db")
    yield found
    found.close()


def test_expected_and_undo(family: Home) -> None:
    assert family.send(f"{PAGE}/answer", said="expected") == 303
    assert "You said this is expected" in family.client.get(PAGE).text
    assert "You said this is expected" in family.client.get("/alerts").text
    assert "You said this is expected" in family.client.get("/wishes").text
    (said,) = Answers(family.book).standing()
    assert (said.act, said.alert) == ("expected", ALERT)
    assert family.send(f"/answers/{said.id}/undo", alert=ALERT) == 303
    assert Answers(family.book).standing() == []
    assert "You said this is expected" not in family.client.get(PAGE).text


@pytest.mark.parametrize(
    ("about", "until", "says"),
    [
        ("party", "update", "Quiet until the next update"),
        ("kind", "7", "Quiet until"),
        ("device", "", "Quiet for good"),
    ],
)
def test_hush_and_undo(family: Home, about: str, until: str, says: str) -> None:
    assert family.send(f"{PAGE}/hush", about=about, until=until) == 303
    assert says in family.client.get(PAGE).text
    (wish,) = Answers(family.book).standing()
    assert family.send(f"/answers/{wish.id}/undo") == 303
    assert says not in family.client.get("/wishes").text


@pytest.mark.parametrize(
    ("address", "fields", "status"),
    [
        (f"{PAGE}/answer", {"said": "maybe"}, 400),
        ("/alerts/a-none/answer", {"said": "expected"}, 404),
        (f"{PAGE}/hush", {"about": "party", "until": "never"}, 400),
        (f"{PAGE}/hush", {"about": "all", "until": "7"}, 400),
        ("/alerts/a-none/hush", {"about": "party", "until": "7"}, 404),
        ("/answers/77/undo", {}, 404),
    ],
)
def test_what_cannot_be_is_refused(family: Home, address: str, fields: dict[str, str], status: int) -> None:
    assert family.send(address, **fields) == status
    assert Answers(family.book).standing() == []


@pytest.mark.parametrize("address", [f"{PAGE}/answer", f"{PAGE}/hush", "/answers/1/undo"])
def test_a_form_of_another_site_changes_nothing(family: Home, address: str) -> None:
    client: FlaskClient = family.client
    assert client.post(address, data={"said": "expected", "about": "party", "until": ""}).status_code == 403
    assert client.get(address).status_code in (404, 405)
    assert Answers(family.book).standing() == []
