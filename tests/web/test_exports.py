"""The export page: what would leave is shown before it does, and the file is what was shown."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from appliance.export import EXPORTERS
from appliance.export.kinds import KINDS
from appliance.export.veil import FATES as BECOMES
from appliance.store.book import Book
from appliance.store.reader import Reader
from tests.appliance.dossier.made import case_store
from tests.appliance.samples import DOLL
from tests.web.conftest import dashboard
from tests.web.security.doors import browser, moved_in, token_of
from web import exports, made
from web.security.house import House


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


def test_the_page_knows_every_kind_and_format() -> None:
    assert list(exports.FORMATS) == [exporter.NAME for exporter in EXPORTERS]
    assert list(exports.WHAT) == [kind.name for kind in KINDS]
    assert set(BECOMES.values()) < set(exports.FATES)


def test_the_first_look_asks_and_counts_nothing(parent: FlaskClient) -> None:
    text = parent.get("/export/").text
    assert "What would leave" not in text
    assert DOLL in text


def test_what_would_leave_is_shown_column_by_column(parent: FlaskClient) -> None:
    text = parent.get(f"/export/?kind=flows&form=csv&device={DOLL}&pseudonyms=1").text
    assert "What would leave" in text
    assert "replaced by a pseudonym" in text
    assert "orig_wire_bytes" in text


def test_the_file_is_what_was_shown_and_nothing_stays(
    app: Flask, parent: FlaskClient, tmp_path: Path
) -> None:
    page = parent.get("/export/?kind=flows&form=csv&pseudonyms=1")
    wanted = {"kind": "flows", "form": "csv", "device": "", "since": "", "until": "", "pseudonyms": "1"}
    answer = parent.post("/export/", data={"csrf": token_of(page), **wanted})
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    assert 'filename="flows.csv"' in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(answer.text.splitlines()))
    answer.close()
    assert len(rows) == 480
    assert DOLL not in {row["device"] for row in rows}
    store = app.extensions["tattlebox-house"].book.path
    assert [path.name for path in store.parent.iterdir() if path.name.startswith(".made-")] == []


def test_what_cannot_be_had_is_a_sentence(parent: FlaskClient) -> None:
    for address in ("kind=devices&form=csv&pseudonyms=1", "kind=dhcp&form=zeek&pseudonyms=1"):
        answer = parent.get(f"/export/?{address}")
        assert answer.status_code == 400
        assert "expected one of flows, dns, tls" in answer.text


def test_strange_words_count_as_not_said(parent: FlaskClient) -> None:
    answer = parent.get("/export/?kind=nothing&form=exe&since=--help&until=2026-13-99")
    assert answer.status_code in (200, 400)
    assert parent.get("/export/?kind=flows&device=--help").status_code == 404


def test_who_may_only_look_may_not_take(app: Flask) -> None:
    assert browser(app, "Kim").get("/export/").status_code == 403


def test_a_program_gets_the_same_file_or_a_sentence(parent: FlaskClient) -> None:
    answer = parent.get("/api/v1/export?kind=tls&form=jsonl&pseudonyms=1")
    assert (answer.status_code, answer.mimetype) == (200, "application/x-ndjson")
    answer.close()
    refused = parent.get("/api/v1/export?kind=devices&pseudonyms=1")
    assert refused.status_code == 400
    assert "expected one of flows, dns, tls" in refused.json["detail"]


@pytest.mark.parametrize("way", ["look", "file", "program"])
def test_one_process_at_a_time_whoever_asks(parent: FlaskClient, way: str) -> None:
    asked = {"kind": "devices", "form": "csv"}
    with made.alone() as free:
        assert free
        if way == "look":
            answer = parent.get("/export/", query_string=asked)
        elif way == "file":
            answer = parent.post("/export/", data={**asked, "csrf": token_of(parent.get("/export/"))})
        else:
            answer = parent.get("/api/v1/export", query_string=asked)
    assert answer.status_code == 409
    assert "Another file is being made: try again in a minute." in answer.text
    assert parent.get("/export/", query_string=asked).status_code == 200
