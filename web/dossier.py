"""The dossier of a device and letters about it: what goes into them, and the button that makes them."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from typing import Final

from flask import Blueprint, abort, make_response, request
from werkzeug.wrappers import Response

from appliance.dossier.keys import known_key
from appliance.dossier.letter import MAKER
from appliance.dossier.order import Order
from appliance.lookup.authorities import load_authorities
from appliance.store.reader import Watch
from web.desk import desk, page
from web.language import LANGUAGES
from web.made import BUSY, MAKE_S, Made, download
from web.marking import N_
from web.security import allow
from web.security.house import house
from web.visible import visible

pages = Blueprint("dossier", __name__, url_prefix="/devices/<device>/dossier")

SPAN: Final = N_("The first day must not lie behind the last, and both must be written like 2026-03-01.")
FAILED: Final = N_("It could not be made; nothing was changed. Try again, or with a shorter time.")


@pages.get("")
@allow("export")
def show(device: str) -> Response:
    """Show what goes into it and what does not, and ask for the time."""
    return _page(device)


@pages.post("")
@allow("export")
def make(device: str) -> Response:
    """Return the bundle as a download; a process of its own makes it, so that its memory is given back."""
    watch = _watch(device)
    order = _order(device, watch)
    if order is None:
        return _page(device, 400, SPAN)
    store = house().book.path
    made = Made(
        store,
        "dossier.zip",
        lambda out: [
            *(sys.executable, "-m", "appliance.dossier.build", str(store), str(out)),
            json.dumps(order._asdict()),
        ],
    )
    if made.size_bytes is None:
        made.close()
        return _page(device, 409, BUSY) if made.problem == BUSY else _page(device, 500, FAILED)
    return download(made, f"dossier-{device}.zip", "application/zip")


@pages.get("/letter")
@allow("export")
def write(device: str) -> Response:
    """Show the draft of a letter; `?to=<key>` chooses whom it is for, `?language=` the language."""
    watch = _watch(device)
    authorities = {one.key: one for one in load_authorities()}
    to = request.args.get("to", MAKER)
    to = to if to in authorities else MAKER
    spoken = request.args.get("language", "")
    spoken = (
        spoken
        if spoken in LANGUAGES
        else authorities[to].language
        if to in authorities
        else desk().language.code
    )
    order = Order(device, watch.first_ts or 0.0, (watch.last_ts or 0.0) + 1, language=spoken)
    text = _letter(order, to, spoken)
    here = page(
        "letter.html",
        device=desk().reader.device(device),
        authorities=sorted(authorities.values(), key=lambda one: (one.country, one.name)),
        languages=LANGUAGES,
        to=to,
        spoken=spoken,
        text="\n".join(visible(line) for line in (text or "").split("\n")),
    )
    return make_response(here, 200 if text else 500)


def _letter(order: Order, to: str, spoken: str) -> str | None:
    """Return the draft, made by a process of its own; None where it could not be made."""
    command = [sys.executable, "-m", "appliance.dossier.letters", str(house().book.path)]
    try:
        made = subprocess.run(
            [*command, json.dumps(order._asdict()), to, spoken],
            check=True,
            timeout=MAKE_S,
            capture_output=True,
        )
    except subprocess.SubprocessError:
        return None
    return made.stdout.decode("utf-8", "replace")


def _watch(device: str) -> Watch:
    reader = desk().reader
    watch = reader.watch()
    if reader.device(device) is None or watch.first_ts is None or watch.last_ts is None:
        abort(404)
    return watch


def _order(device: str, watch: Watch) -> Order | None:
    """Return what the form asks for, None where its days are none."""
    try:
        first, last = (date.fromisoformat(request.form.get(name, "")) for name in ("first", "last"))
    except ValueError:
        return None
    language = request.form.get("language", "")
    if first > last:
        return None
    return Order(
        device,
        _start(first),
        _start(last + timedelta(days=1)) if last < date.max else _start(last),
        exact="exact" in request.form,
        language=language if language in LANGUAGES else desk().language.code,
        flows="flows" in request.form,
    )


def _start(day: date) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()


def _page(device: str, code: int = 200, problem: str = "") -> Response:
    watch = _watch(device)
    first, last = (datetime.fromtimestamp(ts or 0.0, UTC).date().isoformat() for ts in watch[:2])
    text = page(
        "dossier.html",
        device=desk().reader.device(device),
        first=request.form.get("first", first)[:10],
        last=request.form.get("last", last)[:10],
        languages=LANGUAGES,
        problem=problem,
        key=known_key(house().book.path),
    )
    return make_response(text, code)
