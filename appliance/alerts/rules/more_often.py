"""Rule: a party hears from the device more often. Does no I/O."""

from __future__ import annotations

from typing import Final

from appliance.alerts import amounts
from appliance.alerts.alert import Alert
from appliance.alerts.profile import Profile
from appliance.behaviour.facts import Change

CODE: Final = "more_often"
SEVERITY: Final = 2
WHY: Final = "more_often.why"
DO: Final = "more_often.do"


def judge(change: Change, profile: Profile) -> Alert:
    """Return the alert of a raised rate."""
    return amounts.often(change, profile, volume=amounts.volume_of_more(change), severity=SEVERITY)
