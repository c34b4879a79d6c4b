"""Rule: names that could be seen are hidden. Does no I/O."""

from __future__ import annotations

from typing import Final

from appliance.alerts import build
from appliance.alerts.alert import Alert
from appliance.alerts.profile import Profile
from appliance.behaviour.facts import Change

CODE: Final = "name_hidden"
SEVERITY: Final = 2
WHY: Final = "name_hidden.why"
DO: Final = "name_hidden.do"


def judge(change: Change, profile: Profile) -> Alert:
    """Return the alert of hidden names."""
    return build.alert(change, profile, volume=build.DIGEST, severity=SEVERITY)
