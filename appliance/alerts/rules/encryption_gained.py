"""Rule: what was readable on its way is protected now; good news. Does no I/O."""

from __future__ import annotations

from typing import Final

from appliance.alerts import build
from appliance.alerts.alert import Alert
from appliance.alerts.profile import Profile
from appliance.alerts.words import Words
from appliance.behaviour.facts import Change

CODE: Final = "encryption_gained"
SEVERITY: Final = 1
WHY: Final = "encryption_gained.why"
DO: Final = "encryption_gained.do"


def judge(change: Change, profile: Profile) -> Alert:
    """Return the note of a gained encryption."""
    times = Words(profile.language).count("times", change.after["encrypted_uploads"])
    return build.alert(change, profile, volume=build.LOG, severity=SEVERITY, times=times)
