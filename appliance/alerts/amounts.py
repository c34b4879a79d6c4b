"""How often, how much and at what hours, before and after: shared by the rules of shifts. Does no I/O."""

from __future__ import annotations

from typing import Final

from appliance.alerts import build
from appliance.alerts.alert import Alert
from appliance.alerts.profile import Profile
from appliance.alerts.words import Words
from appliance.behaviour.facts import Change

STRIKING_RATIO: Final = 3.0
STRIKING: Final = 10.0
"""How many times as much, and how many standard deviations, are worth an interruption."""


def often(change: Change, profile: Profile, *, volume: str, severity: int) -> Alert:
    """Return the alert of a changed rate, in contacts a day before and after."""
    words = Words(profile.language)
    return build.alert(
        change,
        profile,
        volume=volume,
        severity=severity,
        more=words.say("play") if change.after["follows_play"] else "",
        before=words.rate(change.before["contacts_per_day"]),
        after=words.rate(change.after["contacts_per_day"]),
        **_days(change, words),
    )


def much(change: Change, profile: Profile, *, volume: str, severity: int) -> Alert:
    """Return the alert of a changed size, in bytes per contact before and after."""
    words = Words(profile.language)
    return build.alert(
        change,
        profile,
        volume=volume,
        severity=severity,
        size_before=words.size(change.before["bytes_per_contact"]),
        size_after=words.size(change.after["bytes_per_contact"]),
        **_days(change, words),
    )


def hours(change: Change, profile: Profile, *, severity: int) -> Alert:
    """Return the alert of a party met in new hours: log for those who work for another, else digest."""
    words = Words(profile.language)
    return build.alert(
        change,
        profile,
        volume=build.LOG if change.role == "support" else build.DIGEST,
        severity=severity,
        before=words.count("hours", change.before["hours_a_day"]),
        after=words.count("hours", change.after["hours_a_day"]),
        quiet=words.count("hours", change.after["quiet_hours"]),
        days=words.count("days", change.after["active_days"]),
    )


def volume_of_more(change: Change) -> str:
    """Return "push" for much more to others since an update, and not for more play; else "digest"."""
    after = change.after
    striking = after["ratio"] >= STRIKING_RATIO and after["surprise"] >= STRIKING
    urgent = change.update is not None and striking and not after["follows_play"]
    return build.PUSH if urgent and change.role in build.OTHERS else build.DIGEST


def _days(change: Change, words: Words) -> dict[str, str]:
    return {
        "days_before": words.count("active_days", change.before["active_days"]),
        "days_after": words.count("active_days", change.after["active_days"]),
    }
