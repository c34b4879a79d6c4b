"""How an alert is made from a change: shared by the rules. Does no I/O."""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

from appliance.alerts.alert import Alert
from appliance.alerts.profile import Profile
from appliance.alerts.words import Words
from appliance.behaviour.facts import Change

PUSH: Final = "push"
DIGEST: Final = "digest"
LOG: Final = "log"
SEVERE: Final = 3
OTHERS: Final = ("third", "unknown")
"""Roles of those who are not known to be the maker or to work for it."""

BACKGROUND: Final = ("time", "connectivity", "connectivity check", "dns")
"""Purposes in which nearly every device meets strangers and says nothing of the child."""


def identifier(about: str, device: str, party: str | None) -> str:
    """Return what makes two alerts the same: what it is about, the device and the party."""
    text = f"{about}|{device}|{party or ''}"
    return "a-" + blake2b(text.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def alert(
    change: Change, profile: Profile, *, volume: str, severity: int, more: str = "", **parts: str
) -> Alert:
    """Return the alert of a change: its code's title, text and advice with the parts filled in.

    `more` is a sentence behind the text. One alert per device and party, whatever its time and kind: one that
    grows takes the place of what it was. A doubt about the change takes an interruption back to the digest
    and says why; readable data is told at once all the same.
    """
    words = Words(profile.language)
    parts = {"device": profile.name, "party": words.party(change), "who": words.who(change), **parts}
    code = change.kind
    doubts = change.after.get("doubts", [])
    if doubts and volume == PUSH and severity < SEVERE:
        volume = DIGEST
    text = words.say(f"{code}.text", **parts) + words.since_update(change) + more
    text += "".join(words.say(f"doubt.{doubt}") for doubt in doubts)
    return Alert(
        change.ts,
        identifier("change", change.device, change.domain or f"{code} {change.ts}"),
        change.device,
        code,
        severity,
        volume,
        change.domain,
        change.organisation,
        words.say(f"{code}.title", **parts),
        text,
        words.say(f"{code}.do", **parts),
        (f"change:{change.id}", *(f"flow:{uid}" for uid in change.evidence)),
    )
