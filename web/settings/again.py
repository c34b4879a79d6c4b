"""Asks for the password again before what cannot be taken back (ASVS 7.5)."""

from __future__ import annotations

import time

from flask import request

from web.login import THROTTLE
from web.marking import N_
from web.security import visitor
from web.security.house import house
from web.security.passwords import MOST, fits

WRONG = N_("That is not your password: nothing was done.")
WAIT = N_("Too many wrong passwords were tried: wait a few minutes. Nothing was done.")


def refusal() -> str:
    """Return why the person did not prove who they are, "" when they did. Guests have no password."""
    who = visitor()
    if who.person is None:
        return ""
    way = f"again {who.person}"
    if THROTTLE.wait_s(way, time.monotonic()) > 0:
        return WAIT
    person = house().people.get(who.person)
    if person is None or not fits(request.form.get("password", "")[:MOST], person.password):
        return WRONG
    THROTTLE.succeed(way)
    return ""
