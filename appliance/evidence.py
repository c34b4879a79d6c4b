"""From an alert or change down to the flows it rests on, for `tattlebox explain` and the API alike."""

from __future__ import annotations

from typing import Any, Final

from appliance.alerts.alert import Alert
from appliance.alerts.rules import BY_CODE, posture
from appliance.alerts.words import Words
from appliance.behaviour.facts import Change, Sighting, Update
from appliance.findings.finding import Finding
from appliance.out import plain
from appliance.store.reader import Reader

HOUR_S: Final = 3_600
SIGHTING_HOURS: Final = 7 * 24
"""Hours shown on each side of a change: a week, so that every day of the week is on both."""


def evidence_chain(reader: Reader, identifier: str) -> dict[str, Any]:
    """Return each link of an alert or change id. Raises LookupError.

    {rule, alert, update, change, findings, sightings, flows, observations}: the numbers that the rule used
    are the change's `before` and `after`; the sightings are the hours behind them. A link that is not there
    is None or empty.
    """
    alert = reader.alert(identifier)
    change = reader.change(identifier if alert is None else _reference(alert.evidence, "change:") or "")
    if alert is None and change is None:
        raise LookupError(identifier)
    findings = _findings(reader, alert)
    uids = [ref.removeprefix("flow:") for ref in (alert.evidence if alert else ()) if ref.startswith("flow:")]
    for fact in (change, *findings):
        uids += [uid for uid in (fact.evidence if fact else ()) if uid not in uids]
    update = _update(reader, change)
    return {
        "rule": _rule(change, alert),
        "alert": plain(alert) if alert else None,
        "update": plain(update) if update else None,
        "change": plain(change) if change else None,
        "findings": [plain(finding) for finding in findings],
        "sightings": [plain(sighting) for sighting in _sightings(reader, change)],
        "flows": [plain(flow) for flow in reader.flows(uids)],
        "observations": reader.observations(uids),
    }


def _rule(change: Change | None, alert: Alert | None) -> dict[str, Any] | None:
    """Return the rule that judged: its code, its severity, and why a family should care."""
    rule = BY_CODE.get(change.kind) if change else posture if alert else None
    if rule is None:
        return None
    return {"code": rule.CODE, "severity": rule.SEVERITY, "why": Words("en").say(rule.WHY)}


def _update(reader: Reader, change: Change | None) -> Update | None:
    """Return the update that a change was first seen after."""
    if change is None or change.update is None:
        return None
    return next((one for one in reader.updates(change.device) if one.ts == change.update), None)


def _sightings(reader: Reader, change: Change | None) -> list[Sighting]:
    """Return the hours in which the device met the party of a change, shortly before and after it."""
    if change is None or change.domain is None:
        return []
    middle = int(change.ts // HOUR_S)
    hours = reader.sightings(change.device, middle - SIGHTING_HOURS, middle + SIGHTING_HOURS)
    return [sighting for sighting in hours if sighting.domain == change.domain]


def _reference(evidence: tuple[str, ...], prefix: str) -> str | None:
    return next((ref.removeprefix(prefix) for ref in evidence if ref.startswith(prefix)), None)


def _findings(reader: Reader, alert: Alert | None) -> list[Finding]:
    code = _reference(alert.evidence, "finding:") if alert else None
    if alert is None or code is None:
        return []
    return [f for f in reader.findings(alert.device) if f.code == code and f.domain == alert.domain]
