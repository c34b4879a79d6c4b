"""Rule: an update changed nothing that we can see; that is a report too. Does no I/O."""

from __future__ import annotations

from typing import Final

from appliance.alerts import build
from appliance.alerts.alert import Alert
from appliance.alerts.profile import Profile
from appliance.alerts.words import Words
from appliance.behaviour.facts import Change

CODE: Final = "nothing_changed"
SEVERITY: Final = 1
WHY: Final = "nothing_changed.why"
DO: Final = "nothing_changed.do"


def judge(change: Change, profile: Profile) -> Alert:
    """Return the report of an update that left everything as it was."""
    words = Words(profile.language)
    return build.alert(
        change,
        profile,
        volume=build.LOG,
        severity=SEVERITY,
        watched_before=words.days(change.before["watched_days"], "watched"),
        watched_after=words.days(change.after["watched_days"], "watched"),
    )
