"""What a device may reach: paused, kept from a company, let in; each with its undo."""

from __future__ import annotations

from typing import Final, NamedTuple

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from appliance.behaviour.facts import Change
from appliance.enforcement import tried_instead
from appliance.gateway.policy import ALLOW, BLOCK, HOLD, PAUSE, QUARANTINE
from appliance.store.policies import Policies, PolicyError, PolicyRow
from web.desk import desk
from web.marking import N_
from web.security import allow
from web.security.house import house

pages = Blueprint("policies", __name__, url_prefix="/devices/<device>/policies")

SPANS_S: Final = {"1h": 3_600.0, "12h": 43_200.0, "7d": 604_800.0, "": None}
"""How long a policy may last; the empty one until it is lifted."""

KINDS: Final = {
    BLOCK: N_("Kept from %(company)s"),
    PAUSE: N_("Paused: it reaches nothing outside the home"),
    ALLOW: N_("May reach %(company)s, and nobody who is not listed so"),
    QUARANTINE: N_("Waiting to be let in: it reaches nothing outside the home"),
    HOLD: N_("Its updates are held back"),
}


class Standing(NamedTuple):
    """A policy in force, and what came of it."""

    row: PolicyRow
    tried: list[Change]  # what the device began to do meanwhile


def standing(device: str) -> list[Standing]:
    """Return the policies of a device that are in force."""
    rows = Policies(house().book).standing(desk().clock(), device)
    changes = desk().reader.changes(device, rows[0].ts) if rows else []
    return [Standing(row, tried_instead(row, changes)) for row in rows]


@pages.post("/")
@allow("family")
def begin(device: str) -> Response:
    """Begin a policy: `kind`, for some a `party`, and how long: `span`."""
    party, span = request.form.get("party") or None, request.form.get("span", "")
    reader = desk().reader
    if reader.device(device) is None:
        abort(404)
    known = {one.domain for one in reader.parties(device)}
    if span not in SPANS_S or (party is not None and party not in known):
        abort(400)
    now, lasts_s = desk().clock(), SPANS_S[span]
    until = None if lasts_s is None else now + lasts_s
    try:
        Policies(house().book).begin(now, device, request.form.get("kind", ""), party=party, until=until)
    except PolicyError:
        abort(400)
    return _back(device)


@pages.post("/<int:number>/lift")
@allow("family")
def lift(device: str, number: int) -> Response:
    """End a policy."""
    try:
        Policies(house().book).undo(desk().clock(), number)
    except PolicyError:
        abort(404)
    return _back(device)


def _back(device: str) -> Response:
    return redirect(url_for("devices.show", device=device, _anchor="reach"), 303)
