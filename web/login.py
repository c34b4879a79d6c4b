"""Logging in and out."""

from __future__ import annotations

import logging
import math
import time
from typing import Final

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from appliance.store.people import Person
from web.desk import desk
from web.marking import N_
from web.security import allow, allow_anyone, visitor
from web.security.house import House, house
from web.security.passwords import MOST, fits
from web.security.throttle import Throttle
from web.security.visitor import BROWSER, cookie_name

pages = Blueprint("login", __name__, url_prefix="/login")

log = logging.getLogger(__name__)

THROTTLE: Final = Throttle()
"""Tries at passwords since this process started; time for it is that of a clock that nobody can set."""

MAX_ADDRESS: Final = 500
"""Characters of the address to go to after the login."""

WRONG: Final = N_("That name and password do not belong together. Nothing else is known about why.")


@pages.get("/")
@allow_anyone()
def form() -> AnyResponse:
    """Show the form; who is logged in already goes on."""
    if visitor().kind in ("person", "guest"):
        return redirect(_onward())
    if not house().people.all():
        return redirect(url_for("setup.welcome"))
    return _form()


@pages.post("/")
@allow_anyone()
def enter() -> AnyResponse:
    """Log in: a new session, and from now on this browser is known."""
    home = house()
    name, password = request.form.get("name", "")[:MOST], request.form.get("password", "")[:MOST]
    person = home.people.called(name.strip())
    wait_s = THROTTLE.wait_s(way := _way_in(home, person), time.monotonic())
    if wait_s > 0:
        log.warning("login refused for now wait_s=%.0f", wait_s)
        answer = _form(name, wait_s=wait_s, code=429)
        answer.headers["Retry-After"] = str(math.ceil(wait_s))
        return answer
    if not fits(password, person.password if person else None) or person is None:
        log.warning("login failed")
        return _form(name, problem=WRONG, code=403)
    THROTTLE.succeed(way)
    begin_session(home, person)
    return redirect(_onward(), 303)


@pages.post("/out")
@allow("read")
def leave() -> AnyResponse:
    """Log out."""
    session = visitor().session
    if session is not None:
        house().sessions.end(session.digest)
        g.new_session = ""
    return redirect(url_for("login.form"), 303)


def begin_session(home: House, person: Person) -> None:
    """Log this browser in as `person`: with a new secret, whatever cookie came (session fixation)."""
    ts = desk().clock()
    old = visitor().session
    if old is not None:
        home.sessions.end(old.digest)
    g.new_session = home.sessions.begin(person.id, request.user_agent.string, ts)
    if not _known(home, person):
        g.new_browser = home.sessions.know(person.id, ts)


def _way_in(home: House, person: Person | None) -> str:
    """Return whose tries are counted: an account's, from strange browsers or from this known one."""
    if person is None:
        return "nobody"
    if _known(home, person):
        return f"{person.id} {request.cookies[cookie_name(BROWSER, request)]}"
    return f"{person.id}"


def _known(home: House, person: Person) -> bool:
    secret = request.cookies.get(cookie_name(BROWSER, request))
    return bool(secret) and home.sessions.knows(person.id, secret or "")


def _form(name: str = "", *, problem: str = "", wait_s: float = 0.0, code: int = 200) -> Response:
    then = request.args.get("then")
    text = render_template("login/form.html", name=name, problem=problem, wait_s=wait_s, then=then)
    return make_response(text, code)


def _onward() -> str:
    """Return where to go: the page that was asked for, if it is one of ours."""
    then = request.args.get("then", "")
    ours = then.startswith("/") and not then.startswith(("//", "/\\")) and then.isprintable()
    return then if ours and len(then) <= MAX_ADDRESS else url_for("home.show")
