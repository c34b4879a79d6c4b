"""Rule: a known party is reached at a new service. Does no I/O."""

from __future__ import annotations

from typing import Final

from appliance.alerts import build
from appliance.alerts.alert import Alert
from appliance.alerts.profile import Profile
from appliance.behaviour.facts import Change

CODE: Final = "new_port"
SEVERITY: Final = 1
WHY: Final = "new_port.why"
DO: Final = "new_port.do"


def judge(change: Change, profile: Profile) -> Alert:
    """Return the alert of a new service."""
    volume = build.DIGEST if change.role in build.OTHERS else build.LOG
    service = f"{change.after['proto']} {change.after['port']}"
    return build.alert(change, profile, volume=volume, severity=SEVERITY, service=service)
