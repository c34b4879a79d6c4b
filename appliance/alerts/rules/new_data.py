"""Rule: readable requests carry kinds of data they never carried. Does no I/O."""

from __future__ import annotations

from typing import Final

from appliance.alerts import build
from appliance.alerts.alert import Alert
from appliance.alerts.profile import Profile
from appliance.alerts.words import Words
from appliance.behaviour.facts import Change

CODE: Final = "new_data"
SEVERITY: Final = 2
WHY: Final = "new_data.why"
DO: Final = "new_data.do"


def judge(change: Change, profile: Profile) -> Alert:
    """Return the alert of new entries; urgent when they say who or where and strangers receive them."""
    words = Words(profile.language)
    leaks = change.after["leaks"]
    return build.alert(
        change,
        profile,
        volume=build.PUSH if leaks and change.role in build.OTHERS else build.DIGEST,
        severity=SEVERITY,
        fields=words.listed(change.after["fields"]),
    )
