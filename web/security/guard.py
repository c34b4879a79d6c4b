"""The door: finds out who asks, and lets nobody through whom the view does not allow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from flask import Flask, Response, abort, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from appliance.settings import LANGUAGE
from appliance.store.sessions import LIFETIME_S
from web.security.forgery import SAFE_METHODS, refuse_forgery
from web.security.house import EXTENSION, House, house
from web.security.permissions import ANYONE, answers_plainly, permission_of
from web.security.visitor import (
    BROWSER,
    SESSION,
    VISIT,
    Visitor,
    cookie_name,
    csrf_token,
    find_visitor,
    visitor,
)

API: Final = "/api/"
HTTPS: Final = 443


def install(app: Flask, home: House, clock: Callable[[], float]) -> None:
    """Put the guard before every view of the application, and its words into every template."""
    app.extensions[EXTENSION] = home
    words = app.jinja_env.globals
    words.update(csrf_token=csrf_token, may=lambda permission: visitor().may(permission), visitor=visitor)
    words["csrf"] = app.jinja_env.get_template("security/csrf.html").module.field  # type: ignore[attr-defined]
    app.before_request(lambda: _admit(clock()))
    app.after_request(_set_cookies)


def _admit(ts: float) -> AnyResponse | None:
    """Let a request pass (None), or answer it."""
    endpoint = request.endpoint
    if endpoint is None:
        return None  # no such page, or not this method: the error page says no more than that
    permission = permission_of(current_app, endpoint)
    if permission is None:
        abort(403, "nobody has decided yet who may use this")
    home = house()
    if home.https_port and not request.is_secure and not answers_plainly(current_app, endpoint):
        return _to_https(home.https_port)
    g.language = home.settings.get(LANGUAGE)
    g.visitor = find_visitor(home, ts)
    answer = _permit(home, g.visitor, permission)
    if answer is None:
        refuse_forgery()
    return answer


def _permit(home: House, who: Visitor, permission: str) -> AnyResponse | None:
    if permission == ANYONE or who.may(permission):
        return None
    if request.path.startswith(API):
        abort(401 if who.kind == "stranger" else 403)
    if who.kind != "stranger":
        abort(403, "your account may not do this: ask a parent of this home")
    if not home.people.all():
        return redirect(url_for("setup.welcome"))
    back = request.full_path.rstrip("?") if request.method in SAFE_METHODS else None
    return redirect(url_for("login.form", then=back), 303)


def _to_https(port: int) -> AnyResponse:
    """Send a reader to the encrypted page; a change that came unencrypted is refused, not repeated."""
    if request.method not in SAFE_METHODS:
        abort(403, "this came unencrypted: open the page under https and repeat it")
    name = request.host if request.host.endswith("]") else request.host.rpartition(":")[0] or request.host
    place = name if port == HTTPS else f"{name}:{port}"
    return redirect(f"https://{place}{request.full_path.rstrip('?')}", 308)


def _set_cookies(response: Response) -> Response:
    """Hand out the secrets that were made while this request was answered."""
    lasting = int(LIFETIME_S)
    for name, value, max_age in (
        (SESSION, g.get("new_session"), lasting),
        (BROWSER, g.get("new_browser"), 4 * lasting),
        (VISIT, g.get("new_visit"), None),
    ):
        if value is not None:
            response.set_cookie(
                cookie_name(name, request),
                value,
                max_age=max_age if value else 0,
                httponly=True,
                samesite="Strict",
                secure=request.is_secure,
            )
    return response
