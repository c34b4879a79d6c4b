"""Rule: someone receives data again who no longer did. Does no I/O."""

from __future__ import annotations

from typing import Final

from appliance.alerts import arrivals, build
from appliance.alerts.alert import Alert
from appliance.alerts.profile import Profile
from appliance.alerts.words import Words
from appliance.behaviour.facts import Change

CODE: Final = "returned_party"
SEVERITY: Final = 2
WHY: Final = "returned_party.why"
DO: Final = "returned_party.do"

LONG_AWAY_DAYS: Final = 21
"""After a shorter absence a return is the end of a holiday or of a pause as often as it is news."""


def judge(change: Change, profile: Profile) -> Alert:
    """Return the alert of a returned party; how loud depends on its role and on how sure we are."""
    words = Words(profile.language)
    silent = change.before.get("silent_days", 0.0)
    volume = arrivals.volume(change, profile)
    if volume == build.PUSH and silent < LONG_AWAY_DAYS:
        volume = build.DIGEST
    return build.alert(
        change,
        profile,
        volume=volume,
        severity=SEVERITY if change.role in build.OTHERS else 1,
        more=arrivals.caveats(change, words),
        where=arrivals.where(change, words),
        times=words.count("times", change.after["uploads"]),
        days=words.count("days", change.after["days_seen"]),
        silent=words.days(silent),
    )
