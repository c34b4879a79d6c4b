"""Who may log in, and what each may do."""

from __future__ import annotations

from flask import abort, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from appliance.access import PERMISSIONS, ROLES
from appliance.store.people import PersonError
from web.desk import desk, page
from web.security import allow, visitor
from web.security.house import house
from web.security.passwords import REASONS, hashed, weakness
from web.settings import again
from web.settings.overview import pages


@pages.get("/people")
@allow("manage")
def people() -> Response:
    """Show everybody."""
    return _page()


@pages.post("/people")
@allow("manage")
def add_person() -> Response:
    """Add somebody with a first password, which they can change."""
    name, text = request.form.get("name", ""), request.form.get("first", "")
    if problem := again.refusal():
        return _page(403, problem)
    weak = weakness(text, (name,))
    if weak is not None:
        return _page(400, REASONS[weak])
    try:
        house().people.add(name, request.form.get("role", ""), hashed(text), desk().clock())
    except PersonError as error:
        return _page(400, str(error))
    return redirect(url_for("settings.people"), 303)


@pages.post("/people/<int:number>/role")
@allow("manage")
def give_role(number: int) -> Response:
    """Give somebody another role."""
    _known(number)
    if problem := again.refusal():
        return _page(403, problem)
    try:
        house().people.set_role(number, request.form.get("role", ""))
    except PersonError as error:
        return _page(400, str(error))
    return redirect(url_for("settings.people"), 303)


@pages.post("/people/<int:number>/remove")
@allow("manage")
def remove_person(number: int) -> Response:
    """Remove somebody, with their sessions and tokens."""
    _known(number)
    if problem := again.refusal():
        return _page(403, problem)
    try:
        house().people.remove(number)
    except PersonError as error:
        return _page(400, str(error))
    return redirect(url_for("settings.people"), 303)


def _known(number: int) -> None:
    if house().people.get(number) is None:
        abort(404)


def _page(code: int = 200, problem: str = "") -> Response:
    text = page(
        "settings/people.html",
        people=house().people.all(),
        roles={
            role: [PERMISSIONS[each] for each in PERMISSIONS if each in may] for role, may in ROLES.items()
        },
        me=visitor().person,
        problem=problem,
    )
    return make_response(text, code)
