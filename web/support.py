"""Until when each device is supported: the ledger as a page and as a list to print."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from appliance.alerts.words import Words
from appliance.declared.document import Claim
from appliance.declared.period import MAX_TEXT, read_period
from appliance.devices.family import LABEL, Word
from appliance.devices.identity import plain_text
from appliance.devices.state import SUPPORT
from appliance.store.declared import Declarations
from appliance.support.ledger import Standing, ledger
from appliance.support.words import seen, source, stands, still
from web.desk import Desk, desk, page
from web.identity import say
from web.kept import kept
from web.marking import N_
from web.security import allow
from web.security.house import house
from web.visible import visible_in

pages = Blueprint("support", __name__)

STATES: Final = {
    "ended": ("act", N_("Ended")),
    "ending": ("changed", N_("Ends soon")),
    "unreadable": ("weak", N_("Not read")),
    "not_stated": ("away", N_("Not stated")),
    "supported": ("quiet", N_("Supported")),
}
"""The mark and the word of each state."""


@pages.get("/support")
@allow("read")
@kept
def index() -> str:
    """Show every device's standing, the ones past their end first."""
    return _page()


@pages.post("/devices/<device>/support")
@allow("family")
def state(device: str) -> Response | tuple[str, int]:
    """Keep what the family read on the label, or take it back where the field was emptied."""
    here = desk()
    if here.reader.device(device) is None:
        abort(404)
    text = plain_text(request.form.get("text", ""), MAX_TEXT)
    if text and read_period(text) is None:
        return _page(device, text), 400
    say(Word(0, here.clock(), LABEL, device, SUPPORT, text or None))
    return redirect(url_for("support.index", _anchor=device), 303)


def standings(here: Desk) -> list[Standing]:
    """Return the ledger at the time of the newest record."""
    reader = here.reader
    now = reader.watch().last_ts or 0.0
    return ledger(reader.devices(), reader.updates(), reader.parties(), now, claims_of)


def claims_of(device: str) -> list[Claim]:
    """Return what was read from the documents of a device's maker, as pages show text."""
    return visible_in(Declarations(house().book).claims(device))


def _page(refused: str = "", text: str = "") -> str:
    here = desk()
    words = Words(here.language.code)
    rows = [
        (one, stands(words, one) + still(words, one), seen(words, one).strip(), source(words, one))
        for one in standings(here)
    ]
    return page("support.html", rows=rows, states=STATES, refused=refused, text=text, most=MAX_TEXT)
