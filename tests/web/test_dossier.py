"""The button that makes a dossier: a signed bundle comes back, wrong days are a sentence, readers may not."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from appliance.dossier.bundle import verify
from appliance.store.book import Book
from appliance.store.reader import Reader
from tests.appliance.dossier.made import case_store
from tests.appliance.samples import DOLL
from tests.web.conftest import dashboard
from tests.web.security.doors import browser, moved_in, token_of
from web import dossier, made
from web.security.house import House

PAGE = f"/devices/{DOLL}/dossier"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    store = case_store(tmp_path_factory.mktemp("web") / "home.db")
    house, reader = House.of(Book(store)), Reader(store)
    moved_in(house)
    moved_in(house, "Kim", "reader")
    yield dashboard(reader, house=house)
    reader.close()
    house.book.close()


@pytest.fixture
def parent(app: Flask) -> FlaskClient:
    return browser(app)


def form(client: FlaskClient, **changes: str) -> dict[str, str]:
    asked = {"first": "2026-06-01", "last": "2026-06-30", "language": "fr", "flows": "1"}
    return {"csrf": token_of(client.get(PAGE)), **asked, **changes}


def test_a_signed_bundle_comes_back_and_nothing_stays(
    app: Flask, parent: FlaskClient, tmp_path: Path
) -> None:
    answer = parent.post(PAGE, data=form(parent))
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    path = tmp_path / "d.zip"
    path.write_bytes(answer.data)
    answer.close()
    verify(path)
    with zipfile.ZipFile(path) as bundle:
        case = json.loads(bundle.read("dossier.json"))
    assert (case["language"], case["times"]) == ("fr", "days")
    assert case["coverage"]["since"] == "2026-06-01"
    store = Path(app.extensions["tattlebox"].reader._reader.path)
    assert [one.name for one in store.parent.iterdir() if one.name.startswith(".dossier")] == []
    assert "Fingerprint" in parent.get(PAGE).text


@pytest.mark.parametrize("days", [("2026-06-30", "2026-06-01"), ("soon", "2026-06-01"), ("", "")])
def test_wrong_days_are_a_sentence(parent: FlaskClient, days: tuple[str, str]) -> None:
    answer = parent.post(PAGE, data=form(parent, first=days[0], last=days[1]))
    assert answer.status_code == 400
    assert "written like 2026-03-01" in answer.text


def test_one_is_made_at_a_time(parent: FlaskClient) -> None:
    with made.alone():
        answer = parent.post(PAGE, data=form(parent))
    assert answer.status_code == 409
    assert "try again" in answer.text


def test_what_cannot_be_made_says_so(parent: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dossier.sys, "executable", "/bin/false")
    answer = parent.post(PAGE, data=form(parent))
    assert answer.status_code == 500
    assert "could not be made" in answer.text


def test_who_may_not_export_may_not_make_one(app: Flask) -> None:
    reader = browser(app, "Kim")
    assert reader.get(PAGE).status_code == 403
    assert "Dossier" not in reader.get(f"/devices/{DOLL}").text


def test_an_unknown_device_is_not_found(parent: FlaskClient) -> None:
    assert parent.get("/devices/d-nothing/dossier").status_code == 404


def test_the_draft_of_a_letter_is_shown(parent: FlaskClient) -> None:
    assert "Dear Sir or Madam" in parent.get(f"{PAGE}/letter").text
    french = parent.get(f"{PAGE}/letter?to=cnil").text
    assert "Madame, Monsieur" in french
    assert "\u202e" not in french
    assert "Sehr geehrte" in parent.get(f"{PAGE}/letter?to=cnil&language=de").text
    assert "Dear Sir or Madam" in parent.get(f"{PAGE}/letter?to=../../etc&language=xx").text


def test_a_letter_that_cannot_be_made_says_so(parent: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dossier.sys, "executable", "/bin/false")
    assert parent.get(f"{PAGE}/letter").status_code == 500
