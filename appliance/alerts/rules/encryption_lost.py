"""Rule: what was protected on its way is readable now; told at once. Does no I/O."""

from __future__ import annotations

from typing import Final

from appliance.alerts import build
from appliance.alerts.alert import Alert
from appliance.alerts.profile import Profile
from appliance.alerts.words import Words
from appliance.behaviour.facts import Change

CODE: Final = "encryption_lost"
SEVERITY: Final = 3
WHY: Final = "encryption_lost.why"
DO: Final = "encryption_lost.do"


def judge(change: Change, profile: Profile) -> Alert:
    """Return the alert of a lost encryption."""
    words = Words(profile.language)
    return build.alert(
        change,
        profile,
        volume=build.PUSH,
        severity=SEVERITY,
        more="" if change.after["read"] else words.say("encryption_lost.by_port"),
        times=words.count("times", change.after["readable_uploads"]),
    )
