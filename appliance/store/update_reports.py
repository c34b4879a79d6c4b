"""What an update did to a device's sharing, from what the store holds: for the command and the pages."""

from __future__ import annotations

from typing import Final

from appliance.alerts.report import HOUR_S, SIDE_S, Facts, Report, report
from appliance.behaviour.facts import Update
from appliance.store.reader import Reader

MAX_CHANGES: Final = 10_000
"""Changes of one device looked through: a device that makes up names has no more (docs/change.md)."""


def update_report(reader: Reader, update: Update) -> Report:
    """Return the report of an update that the store holds."""
    since, until = update.ts - SIDE_S, update.ts + SIDE_S
    hours = int(since // HOUR_S), int(until // HOUR_S) + 1
    first, last = reader.meta("first_ts"), reader.meta("last_ts")
    facts = Facts(
        reader.updates(update.device),
        reader.changes(update.device, since, MAX_CHANGES),
        reader.sightings(update.device, *hours),
        (update.ts if first is None else first, update.ts if last is None else last),
        reader.losses(since, until),
    )
    return report(update, facts)
