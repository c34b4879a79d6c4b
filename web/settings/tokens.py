"""Tokens for programs: made once, shown once, withdrawn at any time."""

from __future__ import annotations

from flask import abort, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from appliance.access import MANAGE, SCOPES
from appliance.store.people import PersonError
from appliance.store.tokens import Token
from web.desk import desk, page
from web.security import allow, visitor
from web.security.house import house
from web.security.visitor import Visitor
from web.settings import again
from web.settings.overview import pages

DAYS = {"30": 30, "365": 365, "0": 0}
"""How long a token may last; 0: until it is withdrawn."""


@pages.get("/tokens")
@allow("read")
def tokens() -> Response:
    """Show one's tokens; who manages sees all."""
    return _page()


@pages.post("/tokens")
@allow("read")
def make_token() -> Response:
    """Make a token and show it, this once."""
    who = visitor()
    if who.session is None or who.person is None:
        abort(403, "a guest and a token have no account")
    if problem := again.refusal():
        return _page(403, problem)
    scopes = [scope for scope in request.form.getlist("scope") if who.may(scope)]
    days = DAYS.get(request.form.get("days", ""))
    if days is None:
        abort(400)
    try:
        secret = house().tokens.make(who.person, request.form.get("label", ""), scopes, desk().clock(), days)
    except PersonError as error:
        return _page(400, str(error))
    return _page(secret=secret)


@pages.post("/tokens/<int:number>/withdraw")
@allow("read")
def withdraw_token(number: int) -> Response:
    """Withdraw a token: one's own, or any for who manages."""
    who = visitor()
    house().tokens.withdraw(number, None if who.may(MANAGE) else who.person or 0)
    return redirect(url_for("settings.tokens"), 303)


def tokens_of(who: Visitor) -> list[Token]:
    """Return the tokens that somebody may see: their own, or all for who manages."""
    return [token for token in house().tokens.all() if who.may(MANAGE) or token.person == who.person]


def _page(code: int = 200, problem: str = "", secret: str = "") -> Response:
    who = visitor()
    text = page(
        "settings/tokens.html",
        tokens=tokens_of(who),
        scopes=[scope for scope in SCOPES if who.may(scope)],
        people={person.id: person.name for person in house().people.all()},
        problem=problem,
        secret=secret,
    )
    return make_response(text, code)
