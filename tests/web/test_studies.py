"""Studies on the pages: everything is seen before it is agreed to, and a password stands before both."""

from __future__ import annotations

import csv
import html
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from appliance.research.profile import to_json
from appliance.store.book import Book
from appliance.store.reader import Reader
from appliance.store.studies import Consent, Studies
from tests.appliance.research import made
from tests.web.conftest import dashboard
from tests.web.security.doors import PASSWORD, WRONG, browser, moved_in, token_of
from web.login import THROTTLE
from web.security.house import House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    THROTTLE.clear()
    house = House.of(Book(made.home(tmp_path / "home.db")))
    moved_in(house)
    yield house
    house.book.close()


@pytest.fixture
def app(house: House) -> Iterator[Flask]:
    reader = Reader(house.book.path)
    yield dashboard(reader, clock=made.START + 10 * made.DAY_S, house=house)
    reader.close()


@pytest.fixture
def parent(app: Flask) -> FlaskClient:
    return browser(app)


def profile(**wishes: object) -> str:
    return json.dumps(made.PROFILE | wishes)


def send(client: FlaskClient, action: str, **fields: object):
    """Send a form with the token of the page of studies."""
    return client.post(action, data={"csrf": token_of(client.get("/studies/")), **fields})


def join(house: House) -> None:
    since = made.FIRST_DAY
    Studies(house.book).join(Consent("dolls", to_json(made.profile()), made.START, since))


def test_a_file_is_shown_in_words_and_rows_and_nothing_is_agreed_to(
    parent: FlaskClient, house: House
) -> None:
    data = {
        "csrf": token_of(parent.get("/studies/")),
        "file": (io.BytesIO(profile(flows=True).encode()), "dolls.json"),
    }
    answer = parent.post("/studies/preview", data=data)
    assert answer.status_code == 200
    for text in (
        made.PROFILE["who"],
        "called “rare”",
        "as good as a fingerprint",
        made.CLOUDS[0][:5],
        "Single conversations",
    ):
        assert text in answer.text
    assert [word for word in made.SECRET_WORDS if word in answer.text] == []
    assert Studies(house.book).all() == []


def test_every_row_can_be_saved(parent: FlaskClient) -> None:
    answer = send(parent, "/studies/rows", profile=profile(), table="days")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len({row["day"] for row in rows}) == 5
    assert answer.headers["Content-Disposition"].endswith('"dolls-days.csv"')


@pytest.mark.parametrize(
    ("fields", "code", "joined"),
    [
        ({"looked": "yes", "password": PASSWORD}, 303, 1),
        ({"looked": "yes", "password": WRONG}, 403, 0),
        ({"password": PASSWORD}, 400, 0),
    ],
)
def test_agreeing_needs_a_look_and_a_password(
    parent: FlaskClient, house: House, fields: dict[str, str], code: int, joined: int
) -> None:
    assert send(parent, "/studies/join", profile=profile(), **fields).status_code == code
    assert len(Studies(house.book).all()) == joined


def test_the_bundle_is_saved_as_a_file(parent: FlaskClient, house: House) -> None:
    join(house)
    answer = send(parent, "/studies/bundle", study="dolls")
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.data)) as bundle:
        assert "consent.json" in bundle.namelist()
    answer.close()
    assert list(house.book.path.parent.glob(".made-*")) == []


def test_leaving_says_under_which_name_the_rows_lie(parent: FlaskClient, house: House) -> None:
    join(house)
    assert send(parent, "/studies/leave", study="dolls", password=WRONG).status_code == 403
    answer = send(parent, "/studies/leave", study="dolls", password=PASSWORD)
    assert made.PROFILE["withdraw"] in html.unescape(answer.text)
    assert Studies(house.book).all() == []


@pytest.mark.parametrize("action", ["preview", "rows", "join"])
def test_what_is_no_profile_is_a_sentence(parent: FlaskClient, action: str) -> None:
    answer = send(parent, f"/studies/{action}", profile="{}")
    assert answer.status_code == 400
    assert "the profile does not say" in answer.text


def test_only_parents_decide(app: Flask, house: House) -> None:
    moved_in(house, "Kim", "researcher")
    assert browser(app, "Kim").get("/studies/").status_code == 403
