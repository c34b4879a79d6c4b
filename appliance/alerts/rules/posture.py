"""Rule: how a device protects what it sends, or offers to others. Does no I/O."""

from __future__ import annotations

from typing import Final

from appliance.alerts import build
from appliance.alerts.alert import Alert
from appliance.alerts.profile import Profile
from appliance.alerts.words import Words
from appliance.findings.finding import Finding
from appliance.findings.kinds import KINDS, words_of

CODE: Final = "finding"
SEVERITY: Final = 2
WHY: Final = "finding.why"
DO: Final = "finding.do"

CHANGES: Final = ("always_on",)
"""Codes that name a kind of change, too; the change has texts of its own."""

URGENT: Final = ("cleartext_identifiers",)
"""Findings worth an interruption; the others were so from the first day and can wait for the digest."""


def judge(finding: Finding, profile: Profile) -> Alert | None:
    """Return the alert of a finding, the first time and whenever it is told again."""
    words = Words(profile.language)
    parts = {
        "device": profile.name,
        "who": finding.domain or words.say("party.unknown"),
        "party": finding.domain or words.say("party.unknown"),
        "times": words.count("times", finding.times),
        "detail": finding.detail,
        "until": words.day(finding.detail),
    }
    volume = build.DIGEST if finding.severity > 1 else build.LOG
    title, text, do = _said(finding, words, parts)
    return Alert(
        finding.first_ts,
        build.identifier(finding.code, finding.device, finding.domain),
        finding.device,
        finding.code,
        finding.severity,
        build.PUSH if finding.code in URGENT else volume,
        finding.domain,
        None,
        title,
        text,
        do,
        (
            f"finding:{finding.code}|{finding.device}|{finding.domain or ''}",
            *(f"flow:{uid}" for uid in finding.evidence),
        ),
    )


def _said(finding: Finding, words: Words, parts: dict[str, str]) -> tuple[str, str, str]:
    """Return title, text and advice: our own where we have them, else those of the kind of finding."""
    code = finding.code
    if words.has(f"{code}.text") and code not in CHANGES:
        keys = (f"{code}.title", f"{code}.text", f"{code}.do")
        return words.say(keys[0], **parts), words.say(keys[1], **parts), words.say(keys[2], **parts)
    kind = next((kind for kind in KINDS if kind.code == code), None)
    if kind is None:
        said = (words.say(f"{CODE}.{part}", **parts) for part in ("title", "text", "do"))
        return next(said), next(said), next(said)
    own = words_of(kind, words.language)
    return f"{parts['device']}: {own.title}", own.sentence.format(**parts), own.do
