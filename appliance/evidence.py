"""From an alert or change down to the flows it rests on, for `tattlebox explain` and the API alike."""

from __future__ import annotations

from typing import Any

from appliance.alerts.alert import Alert
from appliance.findings.finding import Finding
from appliance.out import plain
from appliance.store.reader import Reader


def evidence_chain(reader: Reader, identifier: str) -> dict[str, Any]:
    """Return {alert, change, findings, flows, observations} of an alert or change id. Raises LookupError."""
    alert = reader.alert(identifier)
    change = reader.change(identifier if alert is None else _reference(alert.evidence, "change:") or "")
    if alert is None and change is None:
        raise LookupError(identifier)
    findings = _findings(reader, alert)
    uids = [ref.removeprefix("flow:") for ref in (alert.evidence if alert else ()) if ref.startswith("flow:")]
    for fact in (change, *findings):
        uids += [uid for uid in (fact.evidence if fact else ()) if uid not in uids]
    return {
        "alert": plain(alert) if alert else None,
        "change": plain(change) if change else None,
        "findings": [plain(finding) for finding in findings],
        "flows": [plain(flow) for flow in reader.flows(uids)],
        "observations": reader.observations(uids),
    }


def _reference(evidence: tuple[str, ...], prefix: str) -> str | None:
    return next((ref.removeprefix(prefix) for ref in evidence if ref.startswith(prefix)), None)


def _findings(reader: Reader, alert: Alert | None) -> list[Finding]:
    code = _reference(alert.evidence, "finding:") if alert else None
    if alert is None or code is None:
        return []
    return [f for f in reader.findings(alert.device) if f.code == code and f.domain == alert.domain]
