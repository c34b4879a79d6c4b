"""Nobody comes in by a door that was forgotten (threats R14): every route is enumerated and tried."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.routing import Rule

from tests.web.security.doors import moved_in
from web.security.house import House
from web.security.permissions import ANYONE, answers_plainly, permission_of

FOR_ANYONE = {
    "static": "style, icons and scripts: the same on every Tattlebox",
    "icon.favicon": "an icon",
    "icon.manifest": "the name of the product",
    "login.form": "how to come in",
    "login.enter": "how to come in; its back-off is tested",
    "setup.welcome": "the first run; later it sends strangers to the login",
    "setup.speak": "the first run; later it sends strangers to the login",
    "setup.password": "the first run; later it sends strangers to the login",
    "setup.begin": "the first run; it makes an account only where there is none",
    "portal.state": "whether a phone should show the first page before anything else",
    "certificate.show": "what the browser's warning means",
    "certificate.download": "the certificate that every visitor of the encrypted pages gets anyway",
}
"""The written list: what a stranger may open, and why that tells nothing of the home."""

PLAIN = {
    "static",
    "icon.favicon",
    "icon.manifest",
    "setup.welcome",
    "certificate.show",
    "certificate.download",
}
"""What is answered over unencrypted HTTP where HTTPS is served."""


@pytest.fixture
def app(app: Flask, house: House) -> Flask:
    moved_in(house)
    return app


def address(rule: Rule) -> str:
    """Return an address of a route, with something in each of its places."""
    built = rule.build({name: 1 for name in rule.arguments}, append_unknown=False)
    assert built is not None
    return built[1]


def test_every_view_declares_who_may_use_it(app: Flask) -> None:
    undecided = [name for name in app.view_functions if permission_of(app, name) is None]
    assert undecided == [], "put @allow(...) under the route: web/security/__init__.py tells how"


def test_what_anyone_may_open_is_on_the_written_list(app: Flask) -> None:
    assert {name for name in app.view_functions if permission_of(app, name) == ANYONE} == set(FOR_ANYONE)
    assert {name for name in app.view_functions if answers_plainly(app, name)} == PLAIN


def test_a_stranger_gets_no_other_page(app: Flask) -> None:
    client = app.test_client()
    tried = 0
    for rule in app.url_map.iter_rules():
        if rule.endpoint in FOR_ANYONE:
            continue
        for method in (rule.methods or set()) - {"HEAD"}:
            answer = client.open(address(rule), method=method)
            assert answer.status_code in (302, 303, 401), f"{method} {rule}"
            if answer.status_code != 401:
                assert answer.location.startswith("/login/"), f"{method} {rule}"
            tried += 1
    assert tried > 5


def test_no_route_takes_more_methods_than_it_names(app: Flask) -> None:
    methods = {method for rule in app.url_map.iter_rules() for method in rule.methods or ()}
    assert methods <= {"GET", "HEAD", "POST", "DELETE"}


def test_a_missing_page_tells_a_stranger_nothing_of_the_home(app: Flask) -> None:
    assert b"as of" not in app.test_client().get("/nope").data
