"""How things stand, for the home page and the cards: counted from alerts, never judged here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from appliance.alerts.alert import Alert
from appliance.behaviour.facts import Change
from appliance.devices.device import DeviceRecord
from appliance.findings.finding import Finding
from appliance.parties.party import PartyRecord
from web.daily import Today
from web.language import DAY_S

WEEK_S: Final = 7 * DAY_S

AWAY_S: Final = 2 * DAY_S
"""A device silent for this long is "not seen lately": toys sleep for a night, not for two days."""

ROLE_ORDER: Final = ("third", "unknown", "support", "first")
"""The order of companies on a page: what a parent would not expect comes first."""


class Card(NamedTuple):
    """One device as a card."""

    device: DeviceRecord
    state: str  # a key of words.STATES
    today: Today
    roles: dict[str, int]  # how many companies in each role
    learning: list[str]

    @property
    def companies(self) -> int:
        return sum(self.roles.values())


class News(NamedTuple):
    """The state of the home in what a sentence needs."""

    alerts: list[Alert]  # of this week, told at once or in the summary, newest first
    small: list[Change]  # of this week, with no such alert
    quiet_since: float  # when the last alert before was, or watching began
    urgent: int  # alerts that ask for action

    @property
    def state(self) -> str:
        if self.urgent:
            return "act"
        return "changed" if self.alerts else "quiet"


def news(alerts: Sequence[Alert], changes: Sequence[Change], first_ts: float, now: float) -> News:
    """Return what is new this week; `alerts` are those told, newest first."""
    fresh = [alert for alert in alerts if alert.ts > now - WEEK_S]
    before = [alert.ts for alert in alerts if alert.ts <= now - WEEK_S]
    covered = {reference for alert in fresh for reference in alert.evidence}
    small = [
        change for change in changes if change.ts > now - WEEK_S and f"change:{change.id}" not in covered
    ]
    return News(fresh, small, max(before, default=first_ts), sum(alert.severity >= 3 for alert in fresh))


def state(
    device: DeviceRecord,
    alerts: Sequence[Alert],
    findings: Sequence[Finding],
    learning: Sequence[str],
    now: float,
) -> str:
    """Return a key of words.STATES for one device; `alerts` (those told) and `findings` are its own."""
    fresh = [alert for alert in alerts if alert.ts > now - WEEK_S]
    if any(alert.severity >= 3 for alert in fresh):
        return "act"
    if fresh:
        return "changed"
    if any(finding.severity >= 3 and finding.last_ts > now - WEEK_S for finding in findings):
        return "weak"
    if device.last_ts < now - AWAY_S:
        return "away"
    return "learning" if learning else "quiet"


def outside(parties: Sequence[PartyRecord]) -> list[PartyRecord]:
    """Return the parties outside the home, the least expected role first, then the most contacted."""
    found = [party for party in parties if party.outcome != "local"]
    return sorted(found, key=lambda party: (_rank(party.role), -party.contacts, party.domain))


def twins(parties: Sequence[PartyRecord]) -> set[str]:
    """Return the organisations met under several domains: a page names the domain with them."""
    names = [party.organisation for party in parties if party.organisation]
    return {name for name in names if names.count(name) > 1}


def count_roles(parties: Sequence[PartyRecord]) -> dict[str, int]:
    """Return how many companies stand in each role, in ROLE_ORDER; a company with two domains counts once."""
    roles: dict[str, str] = {}
    for party in outside(parties):
        roles.setdefault(party.organisation or party.domain, party.role)
    counts = {role: list(roles.values()).count(role) for role in ROLE_ORDER}
    return {role: count for role, count in counts.items() if count}


def _rank(role: str) -> int:
    return ROLE_ORDER.index(role) if role in ROLE_ORDER else len(ROLE_ORDER)
