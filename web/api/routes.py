"""The routes of `/api/v1` that read. Lists come from `LISTINGS`, as the document and the tests do."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final, cast

from flask import Blueprint, Flask, Response, abort, current_app, request
from werkzeug.wrappers import Response as AnyResponse

from appliance.alerts.words import Words
from appliance.checks import health as all_checks
from appliance.evidence import evidence_chain
from appliance.out import plain
from appliance.store.listing import LISTINGS, Listing, key_of
from appliance.store.nearby import NearbyBook
from appliance.store.reader import Reader
from appliance.store.searches import Searches
from appliance.store.studies import Studies
from appliance.support.ledger import ledger
from appliance.support.words import sentence
from sensor.records import to_json
from web.api.asking import cursor_of, names_wanted, wanted
from web.api.document import document
from web.api.events import HUB
from web.declared import table_of
from web.exports import FAILED, asked_of, code_of, file_of, handed
from web.security import allow, visitor
from web.security.house import house

pages = Blueprint("api", __name__, url_prefix="/api/v1")

EXTENSION: Final = "tattlebox-api"
ENGLISH: Final = Words("en")


def install(app: Flask, reader: Any) -> None:
    """Give the API the store itself: programs get text as it was, not as pages mark it."""
    app.extensions[EXTENSION] = reader


def reader() -> Reader:
    """Return the store."""
    return cast(Reader, current_app.extensions[EXTENSION])


def answer(value: Any, code: int = 200) -> Response:
    """Return a value as JSON, ASCII alone, as the command's `--json` prints it."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return Response(text, code, mimetype="application/json")


def _add(listing: Listing) -> None:
    @pages.get(f"/{listing.name}", endpoint=listing.name)
    @allow(listing.permission)
    def listed() -> Response:
        asked = wanted(listing)
        found = reader().listed(listing, asked)
        more = len(found) == asked.limit
        after = cursor_of(key_of(listing, found[-1])) if more else None
        return answer({"items": [plain(record) for record in found], "next": after})


for each in LISTINGS:
    _add(each)


@pages.get("/")
@allow("read")
def root() -> Response:
    """Say what this is."""
    return answer({"name": "tattlebox", "api": 1, "document": "/api/v1/openapi.json"})


@pages.get("/openapi.json")
@allow("read")
def openapi() -> Response:
    """Return the document of this API."""
    return answer(document())


@pages.get("/me")
@allow("read")
def me() -> Response:
    """Return who asks, and what they may do."""
    who = visitor()
    return answer({"kind": who.kind, "name": who.name, "permissions": sorted(who.permissions)})


def _one(find: Callable[[Reader, str], Any], identifier: str) -> Response:
    found = find(reader(), identifier)
    if found is None:
        abort(404)
    return answer(plain(found))


@pages.get("/devices/<identifier>")
@allow("read")
def device(identifier: str) -> Response:
    """Return one device."""
    return _one(Reader.device, identifier)


@pages.get("/devices/<identifier>/learning")
@allow("read")
def learning(identifier: str) -> Response:
    """Return what a device's baseline still misses."""
    if reader().device(identifier) is None:
        abort(404)
    return answer({"missing": reader().learning().get(identifier, [])})


@pages.get("/devices/<identifier>/declared")
@allow("read")
def declared(identifier: str) -> Response:
    """Return what its maker declares of a device beside what was seen."""
    if reader().device(identifier) is None:
        abort(404, "no device has this id")
    rows = table_of(identifier, reader()).rows
    return answer({"items": [plain(row) for row in rows], "next": None})


@pages.get("/nearby")
@allow("read")
def nearby() -> Response:
    """Return the Bluetooth addresses that the family says are its own."""
    book, found = NearbyBook(house().book), []
    for address, device in book.adopted().items():
        heard = book.heard(device)
        last_ts = heard[-1].ts if heard else None
        found.append({"device": device, "address": address, "heard": len(heard), "last_ts": last_ts})
    return answer({"items": found, "next": None})


@pages.get("/support")
@allow("read")
def support() -> Response:
    """Return the support ledger at the time of the newest record."""
    store = reader()
    now = store.watch().last_ts or 0.0
    found = ledger(store.devices(), store.updates(), store.parties(), now, store.claims)
    return answer(
        {"items": [{**plain(one), "sentence": sentence(ENGLISH, one)} for one in found], "next": None}
    )


@pages.get("/changes/<identifier>")
@allow("read")
def change(identifier: str) -> Response:
    """Return one change."""
    return _one(Reader.change, identifier)


@pages.get("/alerts/<identifier>")
@allow("read")
def alert(identifier: str) -> Response:
    """Return one alert."""
    return _one(Reader.alert, identifier)


@pages.get("/explain/<identifier>")
@allow("read")
def explain(identifier: str) -> Response:
    """Return the chain from an alert or change down to its flows."""
    try:
        return answer(evidence_chain(reader(), identifier))
    except LookupError:
        abort(404)


@pages.get("/watch")
@allow("read")
def watch() -> Response:
    """Return what was watched and what was missed."""
    found = reader().watch()
    return answer({**plain(found), "losses": [plain(loss) for loss in found.losses]})


@pages.get("/health")
@allow("read")
def health() -> Response:
    """Return every check of what is seen, of receivers, archive, clock, space and lists."""
    return answer({"items": [check._asdict() for check in all_checks(house().book.path)], "next": None})


@pages.get("/studies")
@allow("export")
def studies() -> Response:
    """Return the studies this home takes part in."""
    return answer({"items": [consent._asdict() for consent in Studies(house().book).all()], "next": None})


@pages.get("/names")
@allow("export")
def names() -> Response:
    """Return what was read from packets, newest first."""
    device, before, limit = names_wanted()
    found, earliest = reader().names(device, before, limit)
    items = [{"device": one.device, "record": json.loads(to_json(one.record))} for one in found]
    return answer({"items": items, "next": None if earliest is None else cursor_of((earliest,))})


@pages.get("/searches")
@allow("export")
def searches() -> Response:
    """Return the kept searches of the log."""
    found = Searches(house().book).all()
    return answer({"items": [one._asdict() for one in found], "next": None})


@pages.get("/export")
@allow("export")
def export() -> AnyResponse:
    """Return an export as a file: kind, form, device, since, until, pseudonyms as on the page."""
    asked = asked_of(request.args)
    made = file_of(asked)
    if made.size_bytes is None:
        made.close()
        abort(code_of(made.problem), made.problem or FAILED)
    return handed(asked, made)


@pages.get("/events")
@allow("read")
def events() -> Response:
    """Return what is new as server-sent events, for as long as the client listens."""
    gone = request.environ.get("waitress.client_disconnected", lambda: False)
    stream = HUB.listen(reader(), gone)
    if stream is None:
        abort(503, "too many listen already: try again in a minute")
    return Response(stream, mimetype="text/event-stream")
