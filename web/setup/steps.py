"""The steps of the first run. Each can be opened again later by whoever manages the home."""

from __future__ import annotations

from typing import Final

import netifaces
from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from appliance.checks import self_test
from appliance.settings import INTERFACE, LANGUAGE, SETUP_DONE, SOURCE, SettingError
from appliance.store.people import MAX_NAME, PersonError
from appliance.store.reader import Reader
from web.desk import desk, page
from web.language import LANGUAGES
from web.login import begin_session
from web.marking import N_
from web.security import allow, allow_anyone, visitor
from web.security.house import house
from web.security.passwords import LEAST, MOST, REASONS, hashed, weakness

pages = Blueprint("setup", __name__, url_prefix="/setup")

STEPS: Final = (
    ("setup.welcome", N_("Language")),
    ("setup.password", N_("Password")),
    ("setup.promise", N_("What it records")),
    ("setup.source", N_("What it watches")),
    ("setup.check", N_("Does it work?")),
)

DIFFERENT: Final = N_("The two passwords differ. Type the same one twice.")


@pages.get("/")
@allow_anyone(plain=True)
def welcome() -> Response:
    """Say what this is and ask for the language; where it was set up before, go on to the pages."""
    if house().people.all() and not visitor().may("manage"):
        return redirect(url_for("login.form"))
    plain = bool(house().https_port) and not request.is_secure
    return _step("setup/welcome.html", languages=LANGUAGES, plain=plain)


@pages.post("/")
@allow_anyone()
def speak() -> Response:
    """Keep the language; before there is a password, anyone at the first run may."""
    home = house()
    if home.people.all() and not visitor().may("manage"):
        return redirect(url_for("login.form"), 303)
    try:
        home.settings.set({LANGUAGE.key: request.form.get("language", "")}, desk().clock())
    except SettingError as error:
        return _step("setup/welcome.html", 400, languages=LANGUAGES, problem=str(error))
    return redirect(url_for("setup.password"), 303)


@pages.get("/password")
@allow_anyone()
def password() -> Response:
    """Ask for a name and a password, once."""
    if house().people.all():
        return redirect(url_for("setup.promise" if visitor().may("manage") else "login.form"))
    return _step("setup/password.html", least=LEAST, most=MOST, longest=MAX_NAME)


@pages.post("/password")
@allow_anyone()
def begin() -> Response:
    """Make the first account, only where there is none, and log it in."""
    home = house()
    name, text = request.form.get("name", ""), request.form.get("password", "")
    problem = _problem(name, text, request.form.get("again", ""))
    if not problem and not home.people.all() and not home.demonstration:
        try:
            person = home.people.add(name, "parent", hashed(text), desk().clock(), first=True)
        except PersonError as error:
            problem = str(error)
        else:
            begin_session(home, person)
            return redirect(url_for("setup.promise"), 303)
    if not problem:
        return redirect(url_for("setup.promise"), 303)
    return _step(
        "setup/password.html", 400, name=name, problem=problem, least=LEAST, most=MOST, longest=MAX_NAME
    )


@pages.get("/promise")
@allow("manage")
def promise() -> Response:
    """Say what is recorded and what never leaves the home."""
    return _step("setup/promise.html")


@pages.get("/source")
@allow("manage")
def source() -> Response:
    """Ask what to watch: an interface, or recordings."""
    return _source()


@pages.post("/source")
@allow("manage")
def choose() -> Response:
    """Keep what is to be watched."""
    wanted = {SOURCE.key: request.form.get("source", ""), INTERFACE.key: request.form.get("interface", "")}
    try:
        house().settings.set(wanted, desk().clock())
    except SettingError as error:
        return _source(400, problem=str(error))
    return redirect(url_for("setup.check"), 303)


@pages.get("/check")
@allow("manage")
def check() -> Response:
    """Show the self-test."""
    return _step("setup/check.html", checks=list(self_test(house().book.path)))


@pages.post("/check")
@allow("manage")
def finish() -> Response:
    """Remember that the first run is over."""
    house().settings.set({SETUP_DONE.key: True}, desk().clock())
    return redirect(url_for("home.show"), 303)


def _problem(name: str, text: str, again: str) -> str:
    """Return why this name and password are not taken, "" when they are."""
    weak = weakness(text, (name,))
    if weak is not None:
        return REASONS[weak]
    return "" if text == again else DIFFERENT


def _source(code: int = 200, problem: str = "") -> Response:
    settings = house().settings
    with Reader(house().book.path) as reader:
        watched = (reader.meta("sensor") or {}).get("interfaces", ())
    return _step(
        "setup/source.html",
        code,
        problem=problem,
        interfaces=sorted(set(netifaces.interfaces()) - {"lo"}),
        watched=watched,
        chosen=settings.get(INTERFACE),
        kind=settings.get(SOURCE),
    )


def _step(template: str, code: int = 200, **context: object) -> Response:
    """Return a page of the first run. Before there is an account it tells nothing of the home."""
    draw = page if visitor().may("manage") else render_template
    return make_response(draw(template, steps=STEPS, **context), code)
