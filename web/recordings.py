"""The mark of a recording: every page says that a device's packets are being recorded; who may, ends it.

Recordings are begun by the command `tattlebox record`, which says what they hold.
"""

from __future__ import annotations

from typing import NamedTuple

from flask import Blueprint, abort, redirect, url_for
from werkzeug.wrappers import Response

from appliance.store.recordings import Recordings
from web.desk import desk
from web.security import allow
from web.security.house import house

pages = Blueprint("recordings", __name__, url_prefix="/recordings")


class Mark(NamedTuple):
    """What a page shows of a recording that is under way."""

    number: int
    device: str  # its name
    until: float


def mark() -> Mark | None:
    """Return what is under way."""
    here = desk()
    running = Recordings(house().book).running(here.clock())
    if running is None:
        return None
    device = here.reader.device(running.device)
    return Mark(running.id, running.device if device is None else device.name, running.until)


@pages.post("/<int:number>/stop")
@allow("family")
def stop(number: int) -> Response:
    """End a recording; what it has is kept."""
    recordings, now = Recordings(house().book), desk().clock()
    running = recordings.running(now)
    if running is None or running.id != number:
        abort(404)
    recordings.end(number, now)
    return redirect(url_for("home.show"), 303)
