"""Rule: a party is met in hours that used to be quiet. Does no I/O."""

from __future__ import annotations

from typing import Final

from appliance.alerts import amounts
from appliance.alerts.alert import Alert
from appliance.alerts.profile import Profile
from appliance.behaviour.facts import Change

CODE: Final = "active_at_night"
SEVERITY: Final = 2
WHY: Final = "active_at_night.why"
DO: Final = "active_at_night.do"


def judge(change: Change, profile: Profile) -> Alert:
    """Return the alert of a party met at night."""
    return amounts.hours(change, profile, severity=SEVERITY)
