"""Rule: a party hears from the device more often. Does no I/O."""

from __future__ import annotations

from typing import Final

from appliance.alerts import build
from appliance.alerts.alert import Alert
from appliance.alerts.profile import Profile
from appliance.alerts.words import Words
from appliance.behaviour.facts import Change

CODE: Final = "more_often"
SEVERITY: Final = 2
WHY: Final = "more_often.why"
STRIKING_RATIO: Final = 3.0
STRIKING: Final = 10.0
"""How many times as much, and how many standard deviations, are worth an interruption."""
DO: Final = "more_often.do"


def judge(change: Change, profile: Profile) -> Alert | None:
    """Return the alert of a changed rate, in contacts a day before and after."""
    if change.kind != CODE:
        return None
    words = Words(profile.language)
    volume = build.PUSH if change.role in build.OTHERS and _striking(change) else build.DIGEST
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


def _striking(change: Change) -> bool:
    """Return whether it is worth an interruption: much more since an update, and not for more play."""
    after = change.after
    if change.update is None:
        return False
    return after["ratio"] >= STRIKING_RATIO and after["surprise"] >= STRIKING and not after["follows_play"]
