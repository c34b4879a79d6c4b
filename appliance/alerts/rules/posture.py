"""Rule: how a device protects what it sends, or offers to others. Does no I/O."""

from __future__ import annotations

from typing import Final

from appliance.alerts import build
from appliance.alerts.alert import Alert
from appliance.alerts.profile import Profile
from appliance.alerts.words import Words
from appliance.findings.finding import Finding

CODE: Final = "finding"
SEVERITY: Final = 2
WHY: Final = "finding.why"
DO: Final = "finding.do"

URGENT: Final = ("cleartext_identifiers",)
"""Findings worth an interruption; the others were so from the first day and can wait for the digest."""


def judge(finding: Finding, profile: Profile) -> Alert | None:
    """Return the alert of a finding, the first time and whenever it is told again."""
    words = Words(profile.language)
    code = finding.code if words.has(f"{finding.code}.text") else CODE
    parts = {
        "device": profile.name,
        "who": finding.domain or words.say("party.unknown"),
        "party": finding.domain or words.say("party.unknown"),
        "times": words.count("times", finding.times),
        "detail": finding.detail,
    }
    volume = build.DIGEST if finding.severity > 1 else build.LOG
    return Alert(
        finding.first_ts,
        build.identifier(finding.code, finding.device, finding.domain),
        finding.device,
        finding.code,
        finding.severity,
        build.PUSH if finding.code in URGENT else volume,
        finding.domain,
        None,
        words.say(f"{code}.title", **parts),
        words.say(f"{code}.text", **parts),
        words.say(f"{code}.do", **parts),
        (
            f"finding:{finding.code}|{finding.device}|{finding.domain or ''}",
            *(f"flow:{uid}" for uid in finding.evidence),
        ),
    )
