"""Rule: a party that was met in use is now met at all hours. Does no I/O."""

from __future__ import annotations

from typing import Final

from appliance.alerts import amounts, build
from appliance.alerts.alert import Alert
from appliance.alerts.profile import Profile
from appliance.alerts.words import Words
from appliance.behaviour.facts import Change

CODE: Final = "always_on"
SEVERITY: Final = 2
WHY: Final = "always_on.why"
DO: Final = "always_on.do"


def judge(change: Change, profile: Profile) -> Alert | None:
    """Return the alert of a party met day and night."""
    if change.kind != CODE:
        return None
    words = Words(profile.language)
    return build.alert(
        change,
        profile,
        volume=amounts.volume_of_hours(change),
        severity=SEVERITY,
        before=words.count("hours", change.before["hours_a_day"]),
        after=words.count("hours", change.after["hours_a_day"]),
    )
