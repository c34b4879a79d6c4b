"""How loud the arrival of a party is: shared by the rules of new and returned parties. Does no I/O."""

from __future__ import annotations

from typing import Final

from appliance.alerts import build
from appliance.alerts.countries import outside
from appliance.alerts.profile import Profile
from appliance.alerts.words import Words
from appliance.behaviour.browsing import is_browsed
from appliance.behaviour.facts import Change

TRACKING: Final = ("advertising", "analytics", "tracker", "tracking")
"""Purposes of listed trackers."""

QUIET_DISCOVERIES: Final = 1
"""A device that meets more new parties a month than this is never pushed at first sight."""


def country(change: Change) -> str | None:
    """Return the server's country to name: one outside the agreed set before any other."""
    found = change.after["server_countries"]
    return next((code for code in found if outside(code)), found[0] if found else None)


def where(change: Change, words: Words) -> str:
    """Return where the data goes, as far as is known: the server's country, else the company's."""
    if server := country(change):
        return words.say("where", country=words.country(server))
    company = change.after.get("organisation_country")
    return words.say("where.company", country=words.country(company)) if company else ""


def volume(change: Change, profile: Profile) -> str:
    """Return "push", "digest" or "log" for the arrival of a party.

    Pushed when it lasts and is not known to be the maker or to work for it; before that only when it is
    severe and the device is one that seldom meets anybody new.
    """
    after = change.after
    if after["purpose"] in build.BACKGROUND or change.role == "first":
        return build.LOG
    if change.role == "support":
        return build.DIGEST if after["lasting"] else build.LOG
    if after["outcome"] == "hidden":
        return build.DIGEST  # that names are hidden is a change of its own
    severe = _severe(change, profile)
    if after["lasting"]:
        return build.PUSH if severe or not browsed(change) else build.DIGEST
    return build.PUSH if severe and _settled(change) else build.LOG


def caveats(change: Change, words: Words) -> str:
    """Return the sentences that say who the party is and how sure we are."""
    said = words.say(f"role.{change.role}", who=words.who(change))
    if change.certainty != "seen":
        return said
    return said + words.say("seen" if change.after["learned"] else "short")


def browsed(change: Change) -> bool:
    """Return whether the device is one somebody browses with: what lasts is for the digest, unless severe."""
    return is_browsed(change.after["discoveries_28d"], change.after["seldom_parties"])


def _settled(change: Change) -> bool:
    """Return whether a first sight means something: on a well-known device that seldom meets anybody new."""
    after = change.after
    quiet = after["discoveries_28d"] <= QUIET_DISCOVERIES and not browsed(change)
    return after["complete"] and quiet and not after["download_only"]


def _severe(change: Change, profile: Profile) -> bool:
    """Return whether it matters at once: readable, a listed tracker, a stranger far away or with ears."""
    after = change.after
    return (
        after["encrypted"] is False
        or after["purpose"] in TRACKING
        or (change.role == "third" and (outside(country(change)) or profile.microphone or profile.camera))
    )
