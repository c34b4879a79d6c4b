"""Rule: a party no longer receives data; good to know, never urgent. Does no I/O."""

from __future__ import annotations

from typing import Final

from appliance.alerts import arrivals, build
from appliance.alerts.alert import Alert
from appliance.alerts.profile import Profile
from appliance.alerts.words import Words
from appliance.behaviour.facts import Change

CODE: Final = "gone_party"
SEVERITY: Final = 1
WHY: Final = "gone_party.why"
DO: Final = "gone_party.do"


def judge(change: Change, profile: Profile) -> Alert:
    """Return the alert of a party that is no longer met; on a device to browse with that is no news."""
    words = Words(profile.language)
    volume = build.DIGEST if change.role in build.OTHERS and not arrivals.browsed(change) else build.LOG
    return build.alert(
        change,
        profile,
        volume=volume,
        severity=SEVERITY,
        before=words.rate(change.before["contacts_per_day"]),
        silent=words.days(change.after["silent_days"]),
    )
