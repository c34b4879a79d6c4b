"""What an update did not change: the report that nothing did. Does no I/O."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from appliance.behaviour import baseline, changes
from appliance.behaviour.facts import Change
from appliance.behaviour.spans import DAY_S, day_of
from appliance.behaviour.state import Device
from appliance.behaviour.watch import Watch

ACTIVE_DAYS: Final = 3
WATCHED_DAYS: Final = 7
"""Active days, or watched days with at least one active, after which "nothing changed" may be said."""


def unchanged(device: Device, day: int, days: list[int], watch: Watch) -> Iterator[Change]:
    """Yield "nothing changed" for each update that was watched long enough and that no change followed."""
    for report in device.reports:
        if report.told:
            continue
        after = [d for d in days if d > day_of(report.update)]
        end = float((day + 1) * DAY_S)
        watched = watch.seconds(report.update, end) >= WATCHED_DAYS * DAY_S and after
        if len(after) < ACTIVE_DAYS and not watched:
            continue
        before = [d for d in days if d < day_of(report.update)][-28:]
        report.told = True
        if report.changes or not before:
            continue
        earlier = {
            **_totals(device, before),
            "watched_days": watch.in_days(before[0] * DAY_S, report.update),
        }
        later = {**_totals(device, after), "watched_days": watch.in_days(report.update, end)}
        yield changes.make(
            device, None, "nothing_changed", report.update, before=earlier, after=later, watch=watch
        )


def _totals(device: Device, days: list[int]) -> dict[str, Any]:
    met = 0
    contacts = 0
    for party in device.parties.values():
        numbers = baseline.describe(party, days)
        met += numbers["contacts_per_day"] > 0
        contacts += round(numbers["contacts_per_day"] * len(days))
    return {
        "parties": met,
        "contacts_per_day": round(contacts / len(days), 2) if days else 0.0,
        "active_days": len(days),
    }
