"""Rule: a party is met in hours that used to be quiet. Does no I/O."""

from __future__ import annotations

from typing import Final

from appliance.alerts import amounts, build
from appliance.alerts.alert import Alert
from appliance.alerts.profile import Profile
from appliance.alerts.words import Words
from appliance.behaviour.facts import Change

CODE: Final = "active_at_night"
SEVERITY: Final = 2
WHY: Final = "active_at_night.why"
DO: Final = "active_at_night.do"


def judge(change: Change, profile: Profile) -> Alert | None:
    """Return the alert of a party met at night."""
    if change.kind != CODE:
        return None
    words = Words(profile.language)
    return build.alert(
        change,
        profile,
        volume=amounts.volume_of_hours(change),
        severity=SEVERITY,
        quiet=words.count("hours", change.after["quiet_hours"]),
        days=words.count("days", change.after["active_days"]),
    )
