"""A house with people in it, and browsers that go to its door."""

from __future__ import annotations

import re

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from appliance.store.people import Person
from web.security.house import House
from web.security.passwords import HASHER

PASSWORD = "kettle lamp ocean 9"  # noqa: S105 - of nobody
WRONG = "lamp kettle ocean 9"
HASH = HASHER.hash(PASSWORD)


def moved_in(house: House, name: str = "Robin", role: str = "parent") -> Person:
    """Return somebody with PASSWORD."""
    return house.people.add(name, role, HASH, 1.0)


def token_of(answer: TestResponse) -> str:
    """Return what the last form of a page carries."""
    found = re.findall(r'name="csrf" value="([^"]+)"', answer.text)
    assert found, f"no form in {answer.text[:300]}"
    return str(found[-1])


def log_in(client: FlaskClient, name: str = "Robin", password: str = PASSWORD) -> TestResponse:
    """Fill in the form as a browser would."""
    csrf = token_of(client.get("/login/"))
    return client.post("/login/", data={"csrf": csrf, "name": name, "password": password})


def browser(app: Flask, name: str = "Robin") -> FlaskClient:
    """Return a browser that is logged in."""
    client = app.test_client()
    assert log_in(client, name).status_code == 303
    return client


def send(client: FlaskClient, page: str, action: str, **fields: object) -> TestResponse:
    """Fill in a form of a page and send it."""
    return client.post(action, data={"csrf": token_of(client.get(page)), **fields})
