"""No page of another site changes anything (R15), under no other name (R16), by no long body (R18)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder, run_wsgi_app

from appliance.store.book import Book
from appliance.store.reader import Reader
from tests.web.conftest import dashboard
from tests.web.household import household
from tests.web.security.doors import browser, moved_in, token_of
from tests.web.security.test_routes import address
from tests.web.test_security import FOREIGN_HOSTS
from tests.web.test_store import stored
from web.login import THROTTLE
from web.security.forgery import FIELD, HEADER
from web.security.house import House


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("forgery") / "home.db"
    home = household()
    home.seen = home.seen[-50:]
    stored(home, path)
    return path


@pytest.fixture(scope="module")
def site(store: Path) -> Iterator[Flask]:
    THROTTLE.clear()
    book, reader = Book(store), Reader(store)
    house = House.of(book)
    moved_in(house)
    yield dashboard(reader, house=house)
    book.close()
    reader.close()


@pytest.fixture(scope="module")
def parent(site: Flask) -> FlaskClient:
    return browser(site)


def changing(app: Flask) -> list[tuple[str, str]]:
    """Return (method, address) of every route that changes something."""
    methods = ("POST", "PUT", "PATCH", "DELETE")
    return [
        (method, address(rule))
        for rule in app.url_map.iter_rules()
        for method in methods
        if method in (rule.methods or ())
    ]


def kept(store: Path) -> list[Any]:
    """Return every row of the store, but when a session was last used."""
    db = sqlite3.connect(store)
    names = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = [db.execute(f'SELECT * FROM "{name}"').fetchall() for name in names]  # noqa: S608
    db.close()
    return found


def variants(csrf: str) -> dict[str, tuple[dict[str, Any], set[int]]]:
    """Return what another site could send, and the answers that refuse it."""
    fields = {"name": "Robin", "said": "wrong", "value": "x", FIELD: csrf}
    bare = {key: value for key, value in fields.items() if key != FIELD}
    return {
        "no token": ({"data": bare}, {403}),
        "wrong token": ({"data": {**bare, FIELD: "0" * 64}}, {403}),
        "empty token": ({"data": {**bare, FIELD: ""}}, {403}),
        "token in the address": ({"data": bare, "query_string": {FIELD: csrf}}, {403}),
        "plain text": ({"data": f"{FIELD}={csrf}", "content_type": "text/plain"}, {415}),
        "no type": ({"data": f"{FIELD}={csrf}", "headers": {"Content-Type": ""}}, {415}),
        "XML": ({"data": "<a/>", "content_type": "application/xml", "headers": {HEADER: csrf}}, {415}),
        "JSON without token": ({"json": fields}, {403}),
        "cross origin": ({"data": fields, "headers": {"Origin": "https://evil.example"}}, {403}),
        "null origin": ({"data": fields, "headers": {"Origin": "null"}}, {403}),
        "other port": ({"data": fields, "headers": {"Origin": "http://localhost:8081"}}, {403}),
        "other scheme": ({"data": fields, "headers": {"Origin": "https://localhost"}}, {403}),
        "cross site": ({"data": fields, "headers": {"Sec-Fetch-Site": "cross-site"}}, {403}),
        "same site": ({"data": fields, "headers": {"Sec-Fetch-Site": "same-site"}}, {403}),
        "method override": (
            {"method": "GET", "data": fields, "headers": {"X-HTTP-Method-Override": "POST"}},
            {200, 302, 303, 400, 403, 404, 405},
        ),
    }


def test_nothing_that_another_site_sends_changes_anything(
    site: Flask, parent: FlaskClient, store: Path
) -> None:
    csrf = token_of(parent.get("/"))
    routes = changing(site)
    assert len(routes) > 20
    before = kept(store)
    tried = 0
    for method, path in routes:
        for name, (sent, refused) in variants(csrf).items():
            answer = parent.open(path, **{"method": method, **sent})
            assert answer.status_code in refused, f"{name}: {method} {path} gave {answer.status_code}"
            tried += 1
    assert kept(store) == before
    assert tried == len(routes) * 15


def test_our_own_form_passes(parent: FlaskClient) -> None:
    csrf = token_of(parent.get("/settings/"))
    headers = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    data = {FIELD: csrf, "retention.archive_days": "100"}
    assert parent.post("/settings/", data=data, headers=headers).status_code == 303
    assert parent.post("/settings/", data={"zone": "UTC"}, headers={HEADER: csrf}).status_code == 303


def test_no_view_answers_a_safe_method_with_a_change(site: Flask, parent: FlaskClient, store: Path) -> None:
    before = kept(store)
    for rule in site.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.endpoint != "api.events" and "live" not in str(rule):
            parent.get(address(rule)).close()
    assert kept(store) == before


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_every_route_refuses_a_foreign_host(site: Flask, host: str) -> None:
    for rule in site.url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD"}:
            environ = {**EnvironBuilder(address(rule), method=method).get_environ(), "HTTP_HOST": host}
            _, status, headers = run_wsgi_app(site, environ)
            assert status.startswith("400 "), f"{method} {rule}"
            assert "Set-Cookie" not in headers


def test_a_long_body_is_refused(site: Flask, parent: FlaskClient) -> None:
    csrf = token_of(parent.get("/settings/"))
    answer = parent.post("/settings/", data={FIELD: csrf, "zone": "x" * 70_000})
    assert answer.status_code == 413
    many = {FIELD: csrf, **{f"f{n}": "" for n in range(300)}}
    assert parent.post("/settings/", data=many, content_type="multipart/form-data").status_code == 413
