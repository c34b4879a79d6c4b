"""A phone's probes lead to the first page until there is an account, and are nobody's afterwards."""

from __future__ import annotations

import pytest
from flask import Flask

from appliance.gateway.welcome import API_PATH, OWN_NAME, PAGE, PROBES, SAFE_PAGE
from tests.web.security.conftest import app, house
from tests.web.security.doors import moved_in
from web.hosts import own_hosts
from web.security.house import House

__all__ = ["app", "house"]


@pytest.mark.parametrize("host", PROBES)
def test_a_probe_leads_to_the_first_page_until_somebody_moved_in(app: Flask, house: House, host: str) -> None:
    client = app.test_client()
    for name in (host, f"{host}:80", host.upper()):
        answer = client.get("/generate_204", headers={"Host": name})
        assert (answer.status_code, answer.headers["Location"]) == (302, PAGE)
        assert answer.headers["Cache-Control"] == "no-store"
    moved_in(house)
    assert client.get("/generate_204", headers={"Host": host}).status_code == 400


def test_other_hosts_are_refused_as_ever(app: Flask) -> None:
    assert app.test_client().get("/", headers={"Host": "www.google.com"}).status_code == 400


def test_the_interface_says_so_too(app: Flask, house: House) -> None:
    client = app.test_client()
    first = client.get(API_PATH)
    assert first.content_type == "application/captive+json"
    assert first.json == {"captive": True, "user-portal-url": SAFE_PAGE}
    moved_in(house)
    assert client.get(API_PATH).json == {"captive": False}


def test_the_name_on_the_toys_network_opens_the_pages() -> None:
    assert OWN_NAME in own_hosts()
