"""Why: from an alert down to the flows it rests on, by the references it carries."""

from __future__ import annotations

from typing import NamedTuple

from appliance.alerts.alert import Alert
from appliance.behaviour.facts import Change, Update
from appliance.devices.device import DeviceRecord
from appliance.findings.finding import Finding
from appliance.flowrow import FlowRow
from appliance.parties.party import PartyRecord
from web.reading import VisibleReader


class Chain(NamedTuple):
    """Each step of the answer to "why?"; a step that is not there is empty or None."""

    device: DeviceRecord | None
    party: PartyRecord | None
    changes: list[Change]
    findings: list[Finding]
    update: Update | None
    flows: list[FlowRow]
    gone: int  # flows named as evidence that the store no longer has


def of_alert(reader: VisibleReader, alert: Alert) -> Chain:
    """Return the chain of an alert."""
    changes = [
        change
        for reference in alert.evidence
        if reference.startswith("change:") and (change := reader.change(reference.removeprefix("change:")))
    ]
    findings = []
    if any(reference.startswith("finding:") for reference in alert.evidence):
        findings = [
            finding
            for finding in reader.findings(alert.device)
            if finding.domain == alert.domain and _named(finding, alert)
        ]
    uids = [reference.removeprefix("flow:") for reference in alert.evidence if reference.startswith("flow:")]
    return _chain(reader, (alert.device, alert.domain), changes, findings, uids)


def of_change(reader: VisibleReader, change: Change) -> Chain:
    """Return the chain of a change that no alert was made of."""
    return _chain(reader, (change.device, change.domain), [change], [], [])


def _named(finding: Finding, alert: Alert) -> bool:
    """Tell whether the alert names this kind of finding; the reference's form is the rule's own."""
    return finding.code == alert.kind or any(
        reference.startswith("finding:") and finding.code in reference for reference in alert.evidence
    )


def _chain(
    reader: VisibleReader,
    about: tuple[str, str | None],
    changes: list[Change],
    findings: list[Finding],
    uids: list[str],
) -> Chain:
    device, domain = about
    of_changes = [uid for change in changes for uid in change.evidence]
    of_findings = [uid for finding in findings for uid in finding.evidence]
    unique = list(dict.fromkeys([*uids, *of_changes, *of_findings]))
    flows = reader.flows(unique)
    found = {flow.uid for flow in flows}
    party = next((party for party in reader.parties(device) if party.domain == domain), None)
    updated = next((change.update for change in changes if change.update is not None), None)
    update = next(
        (update for update in reader.updates(device) if updated is not None and abs(update.ts - updated) < 1),
        None,
    )
    return Chain(
        reader.device(device),
        party,
        changes,
        findings,
        update,
        flows,
        sum(uid not in found for uid in unique),
    )
