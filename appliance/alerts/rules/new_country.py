"""Rule: a party is reached in another country; pushed when it leaves the agreed set. Does no I/O."""

from __future__ import annotations

from typing import Final

from appliance.alerts import build
from appliance.alerts.alert import Alert
from appliance.alerts.countries import outside
from appliance.alerts.profile import Profile
from appliance.alerts.words import Words
from appliance.behaviour.facts import Change

CODE: Final = "new_country"
SEVERITY: Final = 2
WHY: Final = "new_country.why"
DO: Final = "new_country.do"


def judge(change: Change, profile: Profile) -> Alert:
    """Return the alert of a move: urgent only out of the agreed set, and not for shared infrastructure."""
    words = Words(profile.language)
    country, former = change.after["new_country"], change.before["server_countries"]
    leaves = outside(country) and not any(outside(code) for code in former)
    volume = build.PUSH if leaves and change.role != "support" else build.DIGEST
    return build.alert(
        change,
        profile,
        volume=volume,
        severity=SEVERITY if leaves else 1,
        country=words.country(country),
        before=words.countries(former),
        days=words.count("days", change.after["days_seen"]),
    )
