"""Rule: each message to a party is smaller than before. Does no I/O."""

from __future__ import annotations

from typing import Final

from appliance.alerts import amounts, build
from appliance.alerts.alert import Alert
from appliance.alerts.profile import Profile
from appliance.behaviour.facts import Change

CODE: Final = "smaller"
SEVERITY: Final = 1
WHY: Final = "smaller.why"
DO: Final = "smaller.do"


def judge(change: Change, profile: Profile) -> Alert:
    """Return the alert of smaller messages."""
    return amounts.much(change, profile, volume=build.LOG, severity=SEVERITY)
