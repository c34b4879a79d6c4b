"""Rule: a party that was met in use is now met at all hours. Does no I/O."""

from __future__ import annotations

from typing import Final

from appliance.alerts import amounts
from appliance.alerts.alert import Alert
from appliance.alerts.profile import Profile
from appliance.behaviour.facts import Change

CODE: Final = "always_on"
SEVERITY: Final = 2
WHY: Final = "always_on.why"
DO: Final = "always_on.do"


def judge(change: Change, profile: Profile) -> Alert:
    """Return the alert of a party met day and night."""
    return amounts.hours(change, profile, severity=SEVERITY)
