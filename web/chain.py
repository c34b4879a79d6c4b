"""Why: from an alert down to the flows it rests on, by the references it carries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from appliance.alerts.alert import Alert
from appliance.behaviour.facts import Change, Update
from appliance.devices.device import DeviceRecord
from appliance.findings.finding import Finding
from appliance.flowrow import FlowRow
from appliance.parties.party import PartyRecord
from web.daily import day_sent, day_spans
from web.desk import Desk
from web.language import DAY_S
from web.reading import VisibleReader
from web.timeline import MAX_DAYS, Marked, Timeline, timeline

AFTERMATH_S: Final = 21 * DAY_S
"""Days drawn after the news itself: enough to see whether it lasted."""


class Chain(NamedTuple):
    """Each step of the answer to "why?"; a step that is not there is empty or None."""

    device: DeviceRecord | None
    party: PartyRecord | None
    changes: list[Change]
    findings: list[Finding]
    update: Update | None
    drawing: Timeline | None  # of this party alone
    days: int  # on which the two were in contact, of those drawn
    flows: list[FlowRow]
    gone: int  # flows named as evidence that the store no longer has


class _About(NamedTuple):
    ts: float
    device: str
    domain: str | None


def of_alert(here: Desk, alert: Alert) -> Chain:
    """Return the chain of an alert."""
    changes = [
        change for reference in _references(alert, "change") if (change := here.reader.change(reference))
    ]
    findings = _findings(here.reader, alert) if _references(alert, "finding") else []
    about = _About(alert.ts, alert.device, alert.domain)
    return _chain(here, about, changes, findings, _references(alert, "flow"))


def of_change(here: Desk, change: Change) -> Chain:
    """Return the chain of a change that no alert was made of."""
    return _chain(here, _About(change.ts, change.device, change.domain), [change], [], [])


def _references(alert: Alert, kind: str) -> list[str]:
    """Return what the alert's evidence names of one kind: "flow", "change", "finding"."""
    prefix = f"{kind}:"
    return [item.removeprefix(prefix) for item in alert.evidence if item.startswith(prefix)]


def _findings(reader: VisibleReader, alert: Alert) -> list[Finding]:
    """Return the findings an alert names; the form of the reference is the rule's own."""
    named = [alert.kind, *_references(alert, "finding")]
    return [
        finding
        for finding in reader.findings(alert.device)
        if finding.domain == alert.domain and any(finding.code in name for name in named)
    ]


def _chain(
    here: Desk, about: _About, changes: list[Change], findings: list[Finding], uids: Sequence[str]
) -> Chain:
    reader = here.reader
    device = reader.device(about.device)
    party = next((party for party in reader.parties(about.device) if party.domain == about.domain), None)
    updates = reader.updates(about.device)
    drawing, days = _drawing(here, about, device, party, Marked(updates, changes))
    of_changes = [uid for change in changes for uid in change.evidence]
    of_findings = [uid for finding in findings for uid in finding.evidence]
    wanted = list(dict.fromkeys([*uids, *of_changes, *of_findings]))
    flows = reader.flows(wanted)
    gone = len(set(wanted) - {flow.uid for flow in flows})
    return Chain(device, party, changes, findings, _update(updates, changes), drawing, days, flows, gone)


def _update(updates: Sequence[Update], changes: Sequence[Change]) -> Update | None:
    """Return the update that the changes were first seen after."""
    moments = [change.update for change in changes if change.update is not None]
    return next((update for update in updates for ts in moments if abs(update.ts - ts) < 1), None)


def _drawing(
    here: Desk, about: _About, device: DeviceRecord | None, party: PartyRecord | None, marked: Marked
) -> tuple[Timeline | None, int]:
    last_ts = here.reader.watch().last_ts
    if device is None or party is None or last_ts is None:
        return None, 0
    until = min(last_ts, about.ts + AFTERMATH_S)
    since = max(until - MAX_DAYS * DAY_S, min(device.first_ts, until - DAY_S))
    spans = day_spans(here.language, until, MAX_DAYS)
    days = day_sent(spans, here.reader.sums(spans, device.device, party.domain))
    met = [day for day in days if day.ts > since - DAY_S]
    return timeline([party], met, marked, (since, until)), len(met)
