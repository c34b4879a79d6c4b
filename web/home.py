"""The first page: how things stand, in one sentence and then in cards."""

from __future__ import annotations

from collections import defaultdict

from flask import Blueprint

from appliance.alerts.alert import Alert
from appliance.devices.device import DeviceRecord
from appliance.parties.party import PartyRecord
from appliance.store.reader import Watch
from web.daily import USUAL_DAYS, midnight_hour, today
from web.desk import Desk, desk, page
from web.language import HOUR_S
from web.standing import WEEK_S, Card, count_roles, news, state
from web.watching import missed_s

pages = Blueprint("home", __name__)


@pages.get("/")
def show() -> str:
    """Show the home; an empty store gets a page that says what to do."""
    here = desk()
    watch = here.reader.watch()
    if watch.first_ts is None or watch.last_ts is None:
        return page("empty.html")
    alerts = here.reader.alerts()
    changes = here.reader.changes(since=watch.last_ts - WEEK_S)
    cards = device_cards(here, watch, alerts)
    return page(
        "home.html",
        news=news(alerts, changes, watch.first_ts, watch.last_ts),
        cards=sorted(cards, key=lambda card: _URGENCY.index(card.state)),
        devices={card.device.device: card.device for card in cards},
        watch=watch,
        missed_s=missed_s(watch, watch.last_ts - WEEK_S, watch.last_ts),
    )


_URGENCY = ("act", "changed", "learning", "quiet", "away")


def device_cards(here: Desk, watch: Watch, alerts: list[Alert]) -> list[Card]:
    """Return every device as a card, in the reader's order."""
    parties: dict[str, list[PartyRecord]] = defaultdict(list)
    for party in here.reader.parties():
        parties[party.device].append(party)
    return [
        device_card(here, watch, device, alerts, parties[device.device]) for device in here.reader.devices()
    ]


def device_card(
    here: Desk, watch: Watch, device: DeviceRecord, alerts: list[Alert], parties: list[PartyRecord]
) -> Card:
    """Return one device as a card; of `alerts` only its own count."""
    now = device.last_ts if watch.last_ts is None else watch.last_ts
    since_hour = midnight_hour(here.language, now, USUAL_DAYS)
    sightings = here.reader.sightings(device.device, since_hour, int(now // HOUR_S) + 1)
    learning = here.reader.learning(device.device)
    own = [alert for alert in alerts if alert.device == device.device]
    return Card(
        device,
        state(device, own, learning, now),
        today(here.language, sightings, max(device.first_ts, watch.first_ts or 0.0), now),
        count_roles(parties),
        learning,
    )
