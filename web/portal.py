"""Phones that join the toys' network before anybody set Tattlebox up are led to its first page (RFC 8908)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from flask import Blueprint, Flask, Response, jsonify
from werkzeug.utils import redirect

from appliance.gateway.welcome import API_PATH, PAGE, PROBES, SAFE_PAGE
from web.security import allow_anyone
from web.security.house import House, house

pages = Blueprint("portal", __name__)

JSON: Final = "application/captive+json"


@pages.get(API_PATH)
@allow_anyone()
def state() -> Response:
    """Say whether a phone should show a page first, and which (RFC 8908 §5)."""
    first = _first(house())
    answer = jsonify({"captive": first, **({"user-portal-url": SAFE_PAGE} if first else {})})
    answer.mimetype = JSON
    return answer


def install(app: Flask, home: House) -> None:
    """Answer the hosts that phones ask for this alone, before the guard refuses them as names of others."""
    inner = app.wsgi_app

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        host = environ.get("HTTP_HOST", "").partition(":")[0].lower()
        if host not in PROBES or not _first(home):
            return inner(environ, start_response)
        away = redirect(PAGE)
        away.headers["Cache-Control"] = "no-store"
        return away(environ, start_response)

    app.wsgi_app = answer  # type: ignore[method-assign]


def _first(home: House) -> bool:
    return not home.demonstration and not home.people.all()
