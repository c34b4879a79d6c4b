"""Rule: someone receives data who did not before. Does no I/O."""

from __future__ import annotations

from typing import Final

from appliance.alerts import arrivals, build
from appliance.alerts.alert import Alert
from appliance.alerts.profile import Profile
from appliance.alerts.words import Words
from appliance.behaviour.facts import Change

CODE: Final = "new_party"
SEVERITY: Final = 2
WHY: Final = "new_party.why"
DO: Final = "new_party.do"


def judge(change: Change, profile: Profile) -> Alert:
    """Return the alert of a new party; how loud depends on its role and on how sure we are."""
    words = Words(profile.language)
    return build.alert(
        change,
        profile,
        volume=arrivals.volume(change, profile),
        severity=SEVERITY if change.role in build.OTHERS else 1,
        more=arrivals.caveats(change, words),
        where=arrivals.where(change, words),
        times=words.count("times", change.after["uploads"]),
        days=words.count("days", change.after["days_seen"]),
        watched=words.days(change.before["watched_days"], "watched"),
    )
