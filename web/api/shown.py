"""The routes of `/api/v1` for what pages work out, and for what a family keeps beside the record."""

from __future__ import annotations

from types import ModuleType
from typing import Any, Final

from flask import Response, abort, request

from appliance.lookup import packs
from appliance.lookup.pack_readers import PackError
from appliance.notify import CHANNELS
from appliance.notify.quiet import Quiet
from appliance.sinks import SINKS
from appliance.store.channels import Channels
from appliance.store.deliveries import standing
from appliance.store.notes import Notes
from appliance.store.recordings import Recordings
from appliance.store.update_reports import update_report
from web.api.records import Account, State
from web.api.routes import answer, pages, reader
from web.desk import desk
from web.home import device_cards
from web.security import allow, visitor
from web.security.house import house
from web.settings.tokens import tokens_of
from web.sharing import PERIODS, USUAL_PERIOD, shares

Fields = dict[str, Any]

DAYS: Final = [*PERIODS]


def _items(items: list[Fields]) -> Response:
    return answer({"items": items, "next": None})


@pages.get("/states")
@allow("read")
def states() -> Response:
    """Return how each device stands."""
    here = desk()
    cards = device_cards(here, here.reader.watch())
    found = [State(card.device.device, card.state, card.today, card.roles, card.learning) for card in cards]
    return _items([{**state._asdict(), "today": state.today._asdict()} for state in found])


@pages.get("/sharing")
@allow("read")
def sharing() -> Response:
    """Return what each device sent to each company on the last days."""
    days = request.args.get("days", USUAL_PERIOD, type=int)
    if days not in PERIODS:
        abort(400, f"read the days {request.args['days'][:20]!r}, expected one of {DAYS}")
    only = request.args.get("device")
    found = [share.stream for share in shares(desk(), days, only)]
    return _items([stream._asdict() for stream in found if only in (None, stream.device)])


@pages.get("/devices/<identifier>/report")
@allow("read")
def report(identifier: str) -> Response:
    """Return before and after of an update (its `ts`), else of the device's latest; a restart is none."""
    wanted = request.args.get("update", type=float)
    updates = [update for update in reader().updates(identifier) if update.certainty != "restarted"]
    chosen = [update for update in updates if wanted is None or abs(update.ts - wanted) < 1]
    if not chosen:
        abort(404, "no such update of this device was seen: /updates lists what was")
    return answer(update_report(reader(), chosen[0]).to_json())


@pages.get("/devices/<identifier>/note")
@allow("read")
def note(identifier: str) -> Response:
    """Return what the family wrote down about a device."""
    if reader().device(identifier) is None:
        abort(404, "no device has this id")
    return answer({"text": Notes(house().book).of(identifier)})


@pages.get("/devices/<identifier>/claims")
@allow("read")
def claims(identifier: str) -> Response:
    """Return what was read in the documents of a device's maker, struck claims too."""
    if reader().device(identifier) is None:
        abort(404, "no device has this id")
    return _items([claim._asdict() for claim in reader().claims(identifier)])


@pages.get("/recordings")
@allow("read")
def recordings() -> Response:
    """Return the recordings of packets that are kept or under way."""
    return _items([one._asdict() for one in Recordings(house().book).all()])


@pages.get("/channels")
@allow("manage")
def channels() -> Response:
    """Return who is told, and how."""
    return _items(_without_secrets(CHANNELS))


@pages.get("/sinks")
@allow("manage")
def sinks() -> Response:
    """Return where copies go."""
    return _items(_without_secrets(SINKS))


@pages.get("/deliveries")
@allow("manage")
def deliveries() -> Response:
    """Return how each channel, sink and study that is sent to stands, with what waits in the outbox."""
    return _items([one._asdict() for one in standing(house().book.read, desk().clock())])


@pages.get("/quiet")
@allow("manage")
def quiet() -> Response:
    """Return the quiet hours."""
    return _items([Quiet(*rule)._asdict() for rule in Channels(house().book).quiet()])


@pages.get("/people")
@allow("manage")
def people() -> Response:
    """Return who may log in."""
    found = [Account(one.id, one.name, one.role, one.since) for one in house().people.all()]
    return _items([one._asdict() for one in found])


@pages.get("/tokens")
@allow("read")
def tokens() -> Response:
    """Return one's tokens, to who manages all; never their secrets."""
    return _items([one._asdict() for one in tokens_of(visitor())])


@pages.get("/lists")
@allow("manage")
def lists() -> Response:
    """Return how old the lists of companies and countries are."""
    try:
        found = packs.status(house().book.path.parent / "packs")
    except (PackError, OSError) as error:
        abort(503, str(error))
    return _items([pack._asdict() for pack in found])


def _without_secrets(modules: tuple[ModuleType, ...]) -> list[Fields]:
    kinds = {module.KIND for module in modules}
    rows = [row._asdict() for row in Channels(house().book).all() if row.kind in kinds]
    return [{name: value for name, value in row.items() if name != "uid"} for row in rows]
