"""Rule: each message to a party is larger than before. Does no I/O."""

from __future__ import annotations

from typing import Final

from appliance.alerts import amounts
from appliance.alerts.alert import Alert
from appliance.alerts.profile import Profile
from appliance.behaviour.facts import Change

CODE: Final = "bigger"
SEVERITY: Final = 2
WHY: Final = "bigger.why"
DO: Final = "bigger.do"


def judge(change: Change, profile: Profile) -> Alert:
    """Return the alert of larger messages."""
    return amounts.much(change, profile, volume=amounts.volume_of_more(change), severity=SEVERITY)
