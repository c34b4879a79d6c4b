"""Rule: each message to a party is larger than before. Does no I/O."""

from __future__ import annotations

from typing import Final

from appliance.alerts import build
from appliance.alerts.alert import Alert
from appliance.alerts.profile import Profile
from appliance.alerts.words import Words
from appliance.behaviour.facts import Change

CODE: Final = "bigger"
SEVERITY: Final = 2
WHY: Final = "bigger.why"
STRIKING_RATIO: Final = 3.0
STRIKING: Final = 10.0
"""How many times as much, and how many standard deviations, are worth an interruption."""
DO: Final = "bigger.do"


def judge(change: Change, profile: Profile) -> Alert | None:
    """Return the alert of a changed size, in bytes per contact before and after."""
    if change.kind != CODE:
        return None
    words = Words(profile.language)
    volume = build.PUSH if change.role in build.OTHERS and _striking(change) else build.DIGEST
    return build.alert(
        change,
        profile,
        volume=volume,
        severity=SEVERITY,
        size_before=words.size(change.before["bytes_per_contact"]),
        size_after=words.size(change.after["bytes_per_contact"]),
        days_before=words.count("active_days", change.before["active_days"]),
        days_after=words.count("active_days", change.after["active_days"]),
    )


def _striking(change: Change) -> bool:
    """Return whether it is worth an interruption: much more since an update, and not for more play."""
    after = change.after
    if change.update is None:
        return False
    return after["ratio"] >= STRIKING_RATIO and after["surprise"] >= STRIKING and not after["follows_play"]
