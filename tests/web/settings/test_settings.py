"""The settings pages do what they say, for whom they may, and ask again before what cannot be undone."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from appliance.settings import BUDGET_MB, FLOW_DAYS
from appliance.store.reader import Reader
from appliance.vault import MAGIC
from tests.web.household import DOLL
from tests.web.security.doors import PASSWORD, WRONG, browser, log_in, moved_in, send, token_of
from web.security.house import House

SECRET = "giraffe under the bridge"  # noqa: S105 - of nobody


def test_settings_are_kept_or_refused_together(parent: FlaskClient, house: House) -> None:
    fields = {FLOW_DAYS.key: "30", BUDGET_MB.key: "1000"}
    assert send(parent, "/settings/", "/settings/", **fields).status_code == 303
    assert (house.settings.get(FLOW_DAYS), house.settings.get(BUDGET_MB)) == (30, 1000)
    answer = send(parent, "/settings/", "/settings/", **{FLOW_DAYS.key: "40", BUDGET_MB.key: "many"})
    assert answer.status_code == 400
    assert "expected a whole number" in answer.text
    assert house.settings.get(FLOW_DAYS) == 30


ROLES = {
    "parent": {"/settings/": 200, "/settings/people": 200, "/settings/tokens": 200, "/settings/account": 200},
    "second parent": {"/settings/": 403, "/settings/people": 403, "/settings/tokens": 200},
    "reader": {"/settings/": 403, "/settings/copies": 403, "/settings/account": 200},
    "researcher": {"/settings/": 403, "/settings/copies": 403, "/settings/tokens": 200},
}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_sees_its_pages(app: Flask, house: House, role: str) -> None:
    moved_in(house, "Kim", role)
    client = browser(app, "Kim")
    assert {path: client.get(path).status_code for path in ROLES[role]} == ROLES[role]


def test_people_are_added_changed_and_removed(app: Flask, parent: FlaskClient, house: House) -> None:
    kim = {"name": "Kim", "role": "reader", "first": SECRET}
    page = "/settings/people"
    assert send(parent, page, page, **kim, password=WRONG).status_code == 403
    assert send(parent, page, page, **kim, password=PASSWORD).status_code == 303
    known = house.people.called("kim")
    assert known is not None
    client = app.test_client()
    assert log_in(client, "Kim", SECRET).status_code == 303
    role = f"{page}/{known.id}/role"
    assert send(parent, page, role, role="researcher", password=PASSWORD).status_code == 303
    assert client.get("/settings/tokens").status_code == 200
    assert send(parent, page, f"{page}/{known.id}/remove", password=PASSWORD).status_code == 303
    assert client.get("/").status_code == 303, "a removed person is out at once"


def test_the_last_parent_stays(parent: FlaskClient, house: House) -> None:
    page, me = "/settings/people", house.people.all()[0].id
    for act in ("role", "remove"):
        answer = send(parent, page, f"{page}/{me}/{act}", role="reader", password=PASSWORD)
        assert answer.status_code == 400
        assert "there must be one parent" in answer.text


def test_a_new_password_logs_every_other_browser_out(app: Flask, parent: FlaskClient) -> None:
    other = browser(app)
    page = "/settings/account"
    assert send(parent, page, f"{page}/password", password=PASSWORD, new="short").status_code == 400
    assert send(parent, page, f"{page}/password", password=PASSWORD, new=SECRET).status_code == 303
    assert parent.get("/").status_code == 200
    assert other.get("/").status_code == 303
    assert log_in(app.test_client()).status_code == 403


def test_a_token_is_shown_once_and_works_until_withdrawn(
    app: Flask, parent: FlaskClient, house: House
) -> None:
    page = "/settings/tokens"
    fields = {"label": "study", "scope": ["read", "export"], "days": "30", "password": PASSWORD}
    made = send(parent, page, page, **fields)
    secret = made.text.partition('<code class="secret">')[2].partition("<")[0]
    assert secret.startswith("tattlebox_")
    assert secret not in parent.get(page).text
    headers = {"Authorization": f"Bearer {secret}"}
    program = app.test_client()
    assert program.get("/api/v1/flows", headers=headers).status_code == 200
    number = house.tokens.all()[0].id
    assert send(parent, page, f"{page}/{number}/withdraw").status_code == 303
    assert program.get("/api/v1/flows", headers=headers).status_code == 401


def test_a_reader_makes_no_token_beyond_reading(app: Flask, house: House) -> None:
    moved_in(house, "Kim", "reader")
    client, page = browser(app, "Kim"), "/settings/tokens"
    fields = {"label": "x", "scope": ["family", "export"], "days": "0", "password": PASSWORD}
    assert send(client, page, page, **fields).status_code == 400
    assert house.tokens.all() == []


def test_a_backup_goes_out_and_comes_back_in_parts(parent: FlaskClient, app: Flask, house: House) -> None:
    page = "/settings/copies"
    saved = send(parent, page, f"{page}/backup", secret=SECRET, password=PASSWORD)
    assert saved.data.startswith(MAGIC)
    saved.close()
    assert [p.name for p in house.book.path.parent.iterdir() if p.name.startswith(".tattlebox")] == []
    send(parent, "/settings/", "/settings/", **{FLOW_DAYS.key: "33"})
    headers = {"X-CSRF-Token": token_of(parent.get(page)), "Content-Type": "application/octet-stream"}
    for offset in range(0, len(saved.data), 3000):
        part = saved.data[offset : offset + 3000]
        sent = parent.post(f"{page}/part?offset={offset}", data=part, headers=headers)
        assert sent.status_code == 204
    assert parent.post(f"{page}/part?offset=7", data=b"x", headers=headers).status_code == 409
    restored = send(parent, page, f"{page}/restore", secret=SECRET, password=PASSWORD)
    assert restored.status_code == 303, restored.text
    assert house.settings.get(FLOW_DAYS) == FLOW_DAYS.default
    assert parent.get("/").status_code == 303, "everybody logs in again"
    assert log_in(app.test_client()).status_code == 303


def test_a_wrong_backup_changes_nothing(parent: FlaskClient, house: House) -> None:
    page = "/settings/copies"
    headers = {"X-CSRF-Token": token_of(parent.get(page)), "Content-Type": "application/octet-stream"}
    parent.post(f"{page}/part?offset=0", data=b"PK\x03\x04 nonsense", headers=headers)
    answer = send(parent, page, f"{page}/restore", secret=SECRET, password=PASSWORD)
    assert answer.status_code == 400
    assert "no backup of Tattlebox" in answer.text
    assert parent.get("/").status_code == 200
    assert not house.book.path.with_name("upload.backup").exists()


def test_erasing_needs_the_word_and_the_password(parent: FlaskClient, house: House) -> None:
    page = "/settings/copies"
    assert send(parent, page, f"{page}/erase", word="erase", password=WRONG).status_code == 403
    assert send(parent, page, f"{page}/erase", word="yes", password=PASSWORD).status_code == 400
    with Reader(house.book.path) as reader:
        assert reader.device(DOLL) is not None
    assert send(parent, page, f"{page}/erase", word="erase", password=PASSWORD).status_code == 303
    with Reader(house.book.path) as reader:
        assert reader.devices() == []
    assert parent.get("/").location == "/setup/"


def test_a_device_is_forgotten_by_a_word(parent: FlaskClient, house: House) -> None:
    page = "/settings/copies"
    assert send(parent, page, f"{page}/forget", device=DOLL, password=PASSWORD).status_code == 303
    assert house.book.read("SELECT act, device FROM word") == [("forget", DOLL)]


def test_guesses_at_the_password_are_slowed_here_too(parent: FlaskClient) -> None:
    page = "/settings/copies"
    answers = [send(parent, page, f"{page}/erase", word="erase", password=WRONG).text for _ in range(6)]
    assert sum("That is not your password" in text for text in answers) == 5
    assert "Too many wrong passwords" in answers[-1]
