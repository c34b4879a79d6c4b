"""The first page: how things stand, in one sentence and then in cards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, TypeVar

from flask import Blueprint

from appliance.alerts.alert import Alert
from appliance.checks import machine
from appliance.devices.device import DeviceRecord
from appliance.findings.finding import Finding
from appliance.parties.party import PartyRecord
from appliance.store.reader import Watch
from appliance.watched import missed_s
from web.daily import today, today_spans
from web.desk import Desk, desk, page
from web.kept import kept
from web.security import allow
from web.security.house import house
from web.standing import WEEK_S, Card, count_roles, news, state
from web.telling import told_in

pages = Blueprint("home", __name__)

URGENCY: Final = ("act", "changed", "weak", "learning", "quiet", "away")
"""The order of cards on the first page."""

SHOWN: Final = 6
"""Alerts on the first page; the inbox has all."""

T = TypeVar("T", Alert, Finding, PartyRecord)


@pages.get("/")
@allow("read")
@kept
def show() -> str:
    """Show the home; an empty store gets a page that says what to do."""
    here = desk()
    watch = here.reader.watch()
    if watch.first_ts is None or watch.last_ts is None:
        return page("empty.html")
    changes = here.reader.changes(since=watch.last_ts - WEEK_S)
    cards = device_cards(here, watch)
    latest = news(here.reader.told(), changes, watch.first_ts, watch.last_ts)
    return page(
        "home.html",
        news=latest._replace(alerts=told_in(here, latest.alerts[:SHOWN]) + latest.alerts[SHOWN:]),
        shown=SHOWN,
        cards=sorted(cards, key=lambda card: URGENCY.index(card.state)),
        devices={card.device.device: card.device for card in cards},
        watch=watch,
        missed_s=missed_s(watch, watch.last_ts - WEEK_S, watch.last_ts),
        machine=list(machine(house().book.path)),
    )


class Own(NamedTuple):
    """What is known of one device beside itself."""

    sent: Sequence[int]  # bytes over `today_spans`
    alerts: Sequence[Alert]  # those told
    findings: Sequence[Finding]
    parties: Sequence[PartyRecord]


def device_cards(here: Desk, watch: Watch) -> list[Card]:
    """Return every device as a card, in the reader's order."""
    alerts = _by_device(here.reader.told())
    findings = _by_device(here.reader.findings())
    parties = _by_device(here.reader.parties())
    spans = today_spans(here.language, watch.last_ts or 0.0)
    sent = here.reader.sent(spans)
    return [
        device_card(
            here,
            watch,
            device,
            Own(sent.get(key, [0] * len(spans)), alerts[key], findings[key], parties[key]),
        )
        for device in here.reader.devices()
        for key in (device.device,)
    ]


def device_card(here: Desk, watch: Watch, device: DeviceRecord, own: Own) -> Card:
    """Return one device as a card."""
    now = device.last_ts if watch.last_ts is None else watch.last_ts
    learning = here.reader.learning(device.device)
    return Card(
        device,
        state(device, own.alerts, own.findings, learning, now),
        today(here.language, own.sent, max(device.first_ts, watch.first_ts or 0.0), now),
        count_roles(own.parties),
        learning,
    )


def _by_device(records: Iterable[T]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = defaultdict(list)
    for record in records:
        found[record.device].append(record)
    return found
