"""Rule: a party hears from the device less often. Does no I/O."""

from __future__ import annotations

from typing import Final

from appliance.alerts import build
from appliance.alerts.alert import Alert
from appliance.alerts.profile import Profile
from appliance.alerts.words import Words
from appliance.behaviour.facts import Change

CODE: Final = "less_often"
SEVERITY: Final = 1
WHY: Final = "less_often.why"
DO: Final = "less_often.do"


def judge(change: Change, profile: Profile) -> Alert | None:
    """Return the alert of a changed rate, in contacts a day before and after."""
    if change.kind != CODE:
        return None
    words = Words(profile.language)
    volume = build.LOG
    return build.alert(
        change,
        profile,
        volume=volume,
        severity=SEVERITY,
        more=words.say("play") if change.after["follows_play"] else "",
        before=words.rate(change.before["contacts_per_day"]),
        after=words.rate(change.after["contacts_per_day"]),
        days_before=words.count("active_days", change.before["active_days"]),
        days_after=words.count("active_days", change.after["active_days"]),
    )
