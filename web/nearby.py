"""Toys near by: one look over Bluetooth when somebody presses the button."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple, cast

from flask import Blueprint, current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from appliance.bluetooth.adoption import Unfit, words_of_adoption
from appliance.bluetooth.heard import Heard, Toys, heard
from appliance.bluetooth.phone import app_traffic
from appliance.lookup.knowledge_files import load_catalogue, load_reported
from appliance.nearby import PLACE, NearbyError, look
from appliance.store.nearby import NearbyBook
from sensor.records import Nearby
from web.desk import desk, page
from web.identity import say
from web.marking import N_
from web.security import allow
from web.security.house import house
from web.visible import visible_in

pages = Blueprint("nearby", __name__, url_prefix="/nearby")

SOCKET: Final = "NEARBY_SOCKET"
"""Key of the application's configuration: where `tattlebox-nearby` listens."""

KEPT_S: Final = 600.0
"""How long what a look heard may be adopted; after that it is forgotten unread."""

OFFERS: Final = {
    "microphone": N_("a microphone, like a hands-free set"),
    "sound": N_("sound, like a loudspeaker"),
    "connection": N_("a connection"),
}

_lock = threading.Lock()


class Look(NamedTuple):
    """The last look, in memory alone: what was heard, and when by the clock on the wall."""

    ts: float
    records: Sequence[Nearby]


@pages.get("")
@allow("read")
def index() -> str:
    """Show what a look is, and the toys that are the family's."""
    return _page()


@pages.post("/look")
@allow("family")
def search() -> str | tuple[str, int]:
    """Look once, and show what is near. It takes a quarter of a minute."""
    try:
        found = take_look()
    except NearbyError as error:
        return _page(trouble=str(error)), 503
    return _page(found)


@pages.post("/adopt")
@allow("family")
def adopt() -> Response | tuple[str, int]:
    """Make one of the last look the family's."""
    here, last = desk(), current_app.extensions.get(SOCKET)
    heard_last = last.records if isinstance(last, Look) and here.clock() - last.ts < KEPT_S else ()
    records = [record for record in heard_last if record.address == request.form.get("address")]
    try:
        words = words_of_adoption(records, here.clock(), request.form.get("name", "")[:60])
    except Unfit:
        return _page(trouble="stale"), 409
    say(*words)
    NearbyBook(house().book).keep(records)
    return redirect(url_for("nearby.index"), 303)


def take_look() -> list[Heard]:
    """Return what is near now; what is the family's is kept. Raises NearbyError."""
    records = look(current_app.config.get(SOCKET, PLACE))
    with _lock:
        current_app.extensions[SOCKET] = Look(desk().clock(), records)
    book = NearbyBook(house().book)
    book.keep(records)
    return heard(records, toys(), book.adopted())


@lru_cache(maxsize=1)
def toys() -> Toys:
    """Return the names by which toys are known."""
    return Toys(load_catalogue().models, load_reported())


def _page(found: list[Heard] | None = None, trouble: str = "") -> str:
    book = NearbyBook(house().book)
    reader = desk().reader
    devices = reader.devices()
    names = {device.device: device.name for device in devices}
    adopted, parties = set(book.adopted().values()), reader.parties()
    apps = [
        (names[app.toy], names[app.phone], app)
        for toy in devices
        if toy.device in adopted
        for app in app_traffic(
            toy,
            load_catalogue().models,
            devices,
            parties,
            heard=[record.ts for record in book.heard(toy.device)],
            hourly=reader.sightings,
        )
    ]
    ours = [
        (device, names.get(device, address), [record.ts for record in book.heard(device)])
        for address, device in book.adopted().items()
    ]
    shown = None if found is None else cast(list[Heard], [visible_in(row) for row in found])
    return page("nearby.html", found=shown, ours=ours, apps=apps, trouble=trouble, offers=OFFERS)
