"""Rule: a party hears from the device less often. Does no I/O."""

from __future__ import annotations

from typing import Final

from appliance.alerts import amounts, build
from appliance.alerts.alert import Alert
from appliance.alerts.profile import Profile
from appliance.behaviour.facts import Change

CODE: Final = "less_often"
SEVERITY: Final = 1
WHY: Final = "less_often.why"
DO: Final = "less_often.do"


def judge(change: Change, profile: Profile) -> Alert:
    """Return the alert of a lowered rate."""
    return amounts.often(change, profile, volume=build.LOG, severity=SEVERITY)
