"""How sinks stand is shown to a parent, their secrets to nobody."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from appliance.store.channels import Channels
from tests.appliance.notify import home
from tests.web.security.doors import browser, moved_in
from web.security.house import House

PAGE = "/settings/sinks"
TOKEN = "orchard window seven"  # noqa: S105 - of nobody


def test_a_sink_is_shown_without_its_secret(parent: FlaskClient, house: House) -> None:
    assert "None: nothing is copied." in parent.get(PAGE).text
    settings = {"url": "https://db.example", "org": "lab", "bucket": "toys", "token": TOKEN}
    home.add(Channels(house.book), "influxdb", "copy", settings, place=0)
    shown = parent.get(PAGE).text
    assert "copy" in shown
    assert "https://db.example" in shown
    assert "Nothing was to be told yet." in shown
    assert TOKEN not in shown


def test_the_page_is_for_those_who_manage(app: Flask, parent: FlaskClient, house: House) -> None:
    moved_in(house, "Kim", "second parent")
    assert browser(app, "Kim").get(PAGE).status_code == 403
