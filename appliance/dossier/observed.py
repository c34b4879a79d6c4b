"""Parties, updates with before and after, changes and findings of one device, as a dossier lists them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final

from appliance.behaviour.facts import Change, Update
from appliance.comparison import Comparison, Side, comparison, hours, sides
from appliance.dossier.order import Order, coarse
from appliance.findings.finding import Finding
from appliance.findings.kinds import KINDS, words_of
from appliance.lookup.law import Rule, applies_at, rule_of
from appliance.parties.party import PartyRecord
from appliance.store.pruning import DAY_S
from appliance.store.reader import Reader
from appliance.store.rollups import Sum

MOST_CHANGES: Final = 5_000
"""Changes of one device that are read: a chatty one has some dozens a year."""

MAX_ROWS: Final = 60
"""Parties listed before and after one update; those with a change come first."""

_KINDS: Final = {kind.code: kind for kind in KINDS}


def day_sums(reader: Reader, order: Order) -> list[tuple[int, Sum]]:
    """Return (UTC day, sum) for each day that touches the time asked for, and each party outside the home."""
    first, last = int(order.since // DAY_S), int(-(-order.until // DAY_S))
    outside = {party.domain for party in _outside(reader, order)}
    return [(row.span, row) for row in reader.daily(order.device, first, last) if row.domain in outside]


def parties(reader: Reader, order: Order, sums: Iterable[tuple[int, Sum]]) -> list[dict[str, Any]]:
    """Return who the device met outside the home in the time asked for, by bytes sent."""
    known = {party.domain: party for party in _outside(reader, order)}
    days: dict[str, list[tuple[int, Sum]]] = defaultdict(list)
    for day, row in sums:
        days[row.domain].append((day, row))
    found = [_party(order, known[domain], rows) for domain, rows in days.items()]
    return sorted(found, key=lambda party: (-party["bytes_up"], party["domain"]))


def updates(reader: Reader, order: Order, changes: Sequence[Change]) -> list[dict[str, Any]]:
    """Return every update in the time asked for, oldest first, with the same numbers on both sides."""
    every = sorted(reader.updates(order.device), key=lambda update: update.ts)
    met = _outside(reader, order)
    watch = reader.watch()
    found = []
    for update in every:
        if update.certainty == "restarted" or not order.since <= update.ts < order.until:
            continue
        losses = reader.losses(update.ts - 40 * DAY_S, update.ts + 40 * DAY_S)
        around = sides(update, every, watch._replace(losses=losses))
        rates = reader.sums([hours(side) for side in around], order.device)
        found.append(_update(order, comparison(update, around, met, rates, changes)))
    return found


def changes_of(reader: Reader, order: Order) -> list[Change]:
    """Return the changes in the time asked for, oldest first."""
    found = reader.changes(order.device, order.since, MOST_CHANGES)
    return sorted((one for one in found if one.ts < order.until), key=lambda one: (one.ts, one.id))


def changes(order: Order, found: Iterable[Change]) -> list[dict[str, Any]]:
    """Return changes as they may leave the home."""
    return [
        {
            **change._asdict(),
            "ts": order.when(change.ts),
            "update": None if change.update is None else order.when(change.update),
            "before": coarse(order, change.before),
            "after": coarse(order, change.after),
        }
        for change in found
    ]


def findings(reader: Reader, order: Order, rules: tuple[Rule, ...]) -> list[dict[str, Any]]:
    """Return findings seen in the time asked for, the gravest first: rule, limit and sentence with each."""
    name = _name(reader, order)
    return [
        _finding(order, finding, rules, name)
        for finding in reader.findings(order.device)
        if finding.last_ts >= order.since and finding.first_ts < order.until
    ]


def _outside(reader: Reader, order: Order) -> list[PartyRecord]:
    return [party for party in reader.parties(order.device) if party.outcome != "local"]


def _name(reader: Reader, order: Order) -> str:
    record = reader.device(order.device)
    return record.name if record else order.device


def _finding(order: Order, finding: Finding, rules: tuple[Rule, ...], name: str) -> dict[str, Any]:
    kind = _KINDS.get(finding.code)
    said = words_of(kind, order.language) if kind else None
    last_day = order.when(finding.last_ts)[:10]
    bearing = [(text, rule_of(text, rules)) for text in (kind.rules if kind else ())]
    return {
        **finding._asdict(),
        "first_ts": order.when(finding.first_ts),
        "last_ts": order.when(finding.last_ts),
        "title": said.title if said else finding.code,
        "sentence": said.sentence.format(device=name, times=finding.times) if said else finding.detail,
        "cannot_prove": said.cannot_prove if said else "",
        "rules": [
            {
                "text": text,
                "name": rule.name if rule else None,
                "jurisdiction": rule.jurisdiction if rule else None,
                "applies": rule.applies if rule else None,
                "applied_when_last_seen": applies_at(rule, last_day) if rule else None,
            }
            for text, rule in bearing
        ],
    }


def _party(order: Order, party: PartyRecord, rows: Sequence[tuple[int, Sum]]) -> dict[str, Any]:
    return {
        "domain": party.domain,
        "organisation": party.organisation,
        "role": party.role,
        "reason": party.reason,
        "purpose": party.purpose,
        "organisation_country": party.organisation_country,
        "server_countries": list(party.server_countries),
        "outcome": party.outcome,
        "encrypted": party.encrypted,
        "hosts": list(party.hosts),
        "first_day": _day(rows[0][0]),
        "last_day": _day(rows[-1][0]),
        "days": len(rows),
        "contacts": sum(row.contacts for _, row in rows),
        "flows": sum(row.flows for _, row in rows),
        "bytes_up": sum(row.bytes_up for _, row in rows),
        "bytes_down": sum(row.bytes_down for _, row in rows),
        "known_since": order.when(party.first_ts),
    }


def _update(order: Order, found: Comparison) -> dict[str, Any]:
    update: Update = found.update
    return {
        **update._asdict(),
        "ts": order.when(update.ts),
        "nothing_changed": found.steady,
        "before": _side(order, found.before),
        "after": _side(order, found.after),
        "parties": [
            {
                "domain": row.party.domain,
                "organisation": row.party.organisation,
                "role": row.party.role,
                "before": {key: round(value, 2) for key, value in row.before._asdict().items()},
                "after": {key: round(value, 2) for key, value in row.after._asdict().items()},
                "changes": [{"id": change.id, "kind": change.kind} for change in row.changes],
            }
            for row in found.rows[:MAX_ROWS]
        ],
        "parties_not_listed": max(0, len(found.rows) - MAX_ROWS),
    }


def _side(order: Order, side: Side) -> dict[str, Any]:
    return {
        "since": order.when(side.since),
        "until": order.when(side.until),
        "watched_seconds": round(side.watched_s),
        "enough": side.enough,
    }


def _day(day: int) -> str:
    return Order("", 0, 0).when(day * DAY_S)
