"""One's own account: password, and where one is logged in."""

from __future__ import annotations

from flask import abort, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from web.desk import desk, page
from web.login import begin_session
from web.security import allow, visitor
from web.security.house import house
from web.security.passwords import REASONS, hashed, weakness
from web.settings import again
from web.settings.overview import pages


@pages.get("/account")
@allow("read")
def account() -> Response:
    """Show one's own account."""
    return _page()


@pages.post("/account/password")
@allow("read")
def change_password() -> Response:
    """Change one's own password; every other browser has to log in again."""
    person = house().people.get(_me())
    text = request.form.get("new", "")
    if problem := again.refusal():
        return _page(403, problem)
    weak = weakness(text, (person.name,) if person else ())
    if person is None or weak is not None:
        return _page(400, REASONS[weak or "short"])
    house().people.set_password(person.id, hashed(text))
    begin_session(house(), person)
    return redirect(url_for("settings.account"), 303)


@pages.post("/account/sessions/end")
@allow("read")
def end_sessions() -> Response:
    """Log out everywhere but here."""
    session = visitor().session
    house().sessions.end_all(_me(), session.digest if session else "")
    return redirect(url_for("settings.account"), 303)


def _me() -> int:
    person = visitor().person
    if person is None or visitor().session is None:
        abort(403, "a guest and a token have no account")
    return person


def _page(code: int = 200, problem: str = "") -> Response:
    who = visitor()
    sessions = house().sessions.of(who.person, desk().clock()) if who.person else []
    text = page("settings/account.html", sessions=sessions, here=who.session, problem=problem)
    return make_response(text, code)
