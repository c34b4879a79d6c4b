"""The devices of the home, and all there is to say of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from flask import Blueprint, abort, request

from appliance.behaviour.facts import Change, Update
from appliance.comparison import Comparison, comparison, hours, sides
from appliance.devices.categories import CATEGORIES
from appliance.gateway import client
from appliance.parties.party import PartyRecord
from appliance.store.notes import Notes
from appliance.store.reader import Watch
from web.daily import by_hour, day_sent, day_spans, today_spans
from web.desk import Desk, desk, page
from web.home import Own, device_card, device_cards
from web.identity import standing_word, words
from web.kept import kept
from web.language import HOUR_S
from web.policies import KINDS, standing
from web.security import allow
from web.security.house import house
from web.standing import outside, twins
from web.telling import told_in
from web.timeline import MAX_DAYS, Marked, happenings, timeline
from web.visible import visible, visible_in

pages = Blueprint("devices", __name__)

ACTIVITY_DAYS: Final = 7
SHOWN: Final = 3
"""Alerts of a device on its own page."""


@pages.get("/devices")
@allow("read")
@kept
def index() -> str:
    """Show every device."""
    here = desk()
    watch = here.reader.watch()
    return page("devices.html", cards=device_cards(here, watch))


@pages.get("/devices/<device>")
@allow("read")
@kept
def show(device: str) -> str:
    """Show one device; `?update=<ts>` chooses the update whose before and after is shown."""
    here = desk()
    reader, language = here.reader, here.language
    found = reader.device(device)
    watch = reader.watch()
    if found is None or watch.first_ts is None or watch.last_ts is None:
        abort(404)
    now = watch.last_ts
    parties = outside(reader.parties(device))
    updates, changes = reader.updates(device), reader.changes(device)
    real = [update for update in updates if update.certainty != "restarted"]
    days = day_spans(language, now, MAX_DAYS)
    since = max(days[0][0] * HOUR_S, min(found.first_ts, now - 24 * HOUR_S))
    met = day_sent(days, reader.sums(days, device))
    week = reader.sightings(device, days[-ACTIVITY_DAYS][0], days[-1][1])
    alerts, findings = reader.told(device), reader.findings(device)
    spans = today_spans(language, now)
    own = Own(reader.sent(spans, device).get(device, [0] * len(spans)), alerts, findings, parties)
    return page(
        "device.html",
        device=found,
        card=device_card(here, watch, found, own),
        others=[other for other in reader.devices() if other.device != device],
        word=visible_in(standing_word(words(device))),
        standing=visible_in(standing(device)),
        kinds=KINDS,
        gateway=client.there(),
        note=visible(Notes(house().book).of(device)),
        categories=CATEGORIES,
        alerts=told_in(here, alerts[:SHOWN]),
        more_alerts=len(alerts) - SHOWN,
        parties=parties,
        twins=twins(parties),
        findings=findings,
        timeline=timeline(parties, met, Marked(updates, changes), (since, now)),
        happenings=happenings(real, [change for change in changes if change.kind != "nothing_changed"]),
        updates=real,
        comparison=_comparison(here, watch, updates, parties, changes),
        activity=by_hour(language, week, max(watch.first_ts, found.first_ts), now, ACTIVITY_DAYS),
    )


def _comparison(
    here: Desk,
    watch: Watch,
    updates: Sequence[Update],
    parties: Sequence[PartyRecord],
    changes: Sequence[Change],
) -> Comparison | None:
    """Return the before and after of the chosen update, else of the latest; None without one."""
    real = [update for update in updates if update.certainty != "restarted"]
    if not real:
        return None
    wanted = request.args.get("update", type=float)
    chosen = next((update for update in real if wanted is not None and abs(update.ts - wanted) < 1), real[-1])
    around = sides(chosen, updates, watch)
    sums = here.reader.sums([hours(side) for side in around], chosen.device)
    return comparison(chosen, around, parties, sums, changes)
