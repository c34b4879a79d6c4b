"""Rule: a device that was not in the home before. Does no I/O."""

from __future__ import annotations

from typing import Final

from appliance.alerts import build
from appliance.alerts.alert import Alert
from appliance.alerts.profile import Profile
from appliance.behaviour.facts import Change

CODE: Final = "new_device"
SEVERITY: Final = 1
WHY: Final = "new_device.why"
DO: Final = "new_device.do"


def judge(change: Change, profile: Profile) -> Alert:
    """Return the alert of a newcomer: a guest's phone as often as a stranger, so nobody is interrupted."""
    return build.alert(change, profile, volume=build.DIGEST, severity=SEVERITY)
