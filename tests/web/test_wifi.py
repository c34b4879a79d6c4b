"""The toys' Wi-Fi: its passphrase is shown to the family alone, and the code says what a phone needs."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from appliance.gateway.client import GatewayError
from appliance.gateway.plan import Plan, to_plain
from appliance.gateway.wifi import Wifi, join_text
from tests.web.security.conftest import app, house
from tests.web.security.doors import browser, moved_in
from web import wifi
from web.security.house import House

__all__ = ["app", "house"]

SECRET = "orchard window seven"  # noqa: S105 - of nobody
TOYS = Wifi("Toys of \u202ethe home", SECRET, "FR")


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> list[Plan]:
    """The helper at the outer edge: the plan that it says is in force."""
    plans = [Plan(mode="access_point", wifi=TOYS)]

    def ask(verb: str, patience_s: float, **_: Any) -> dict[str, Any]:
        assert verb == "plan"
        if not plans:
            raise GatewayError("the gateway's helper does not answer")
        return {"plan": to_plain(plans[0])}

    monkeypatch.setattr(wifi, "there", lambda: True)
    monkeypatch.setattr(wifi, "ask", ask)
    return plans


@pytest.fixture
def parent(app: Flask, house: House) -> FlaskClient:
    moved_in(house)
    return browser(app)


def test_the_family_sees_how_to_join(parent: FlaskClient, gateway: list[Plan]) -> None:
    text = parent.get("/wifi").text
    assert SECRET in text
    assert "Toys of ‹U+202E›the home" in text
    assert wifi.code_of(TOYS).outline in text


@pytest.mark.parametrize("role", ["reader", "researcher"])
def test_others_see_no_passphrase(
    app: Flask, parent: FlaskClient, house: House, gateway: list[Plan], role: str
) -> None:
    moved_in(house, "Kim", role)
    answer = browser(app, "Kim").get("/wifi")
    assert answer.status_code == 403
    assert SECRET not in answer.text
    assert "/wifi" not in browser(app, "Kim").get("/devices").text


def test_a_gateway_without_wifi_or_words_is_a_sentence(parent: FlaskClient, gateway: list[Plan]) -> None:
    gateway[0] = Plan(mode="ethernet")
    assert "makes no Wi-Fi of its own" in parent.get("/wifi").text
    gateway.clear()
    assert "does not answer" in parent.get("/wifi").text


def test_the_code_holds_what_the_command_shows(gateway: list[Plan]) -> None:
    code = wifi.code_of(TOYS)
    assert code.size == 33
    assert code.outline.startswith("M0 0h1v1h-1z"), "its first corner mark"
    assert code != wifi.code_of(TOYS._replace(ssid="Others"))
    assert SECRET in join_text(TOYS)
