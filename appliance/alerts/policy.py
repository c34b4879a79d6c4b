"""What a family decided about alerts: what is muted, what is expected, and how soon the same may come again.

Does no I/O.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from appliance.alerts.alert import Alert
from appliance.behaviour.facts import Update

DAY_S: Final = 86_400
VOLUMES: Final = ("log", "digest", "push")
"""From quiet to loud."""

SEVERE: Final = 3
"""Severity of what a family should act on now."""

MAX_WISHES: Final = 1_024
"""Wishes of a sort kept; a family makes dozens."""

SUPPRESS_FOR_S: Final[dict[str, float]] = {"encryption_lost": 7 * DAY_S, "cleartext_identifiers": 7 * DAY_S}
SUPPRESS_S: Final = 28 * DAY_S
"""The same alert is not told again within this time, unless it became louder or more severe."""


class Mute(NamedTuple):
    """A wish not to hear of something; None in a field means any."""

    device: str | None = None
    party: str | None = None  # domain
    kind: str | None = None
    until: float | None = None  # None: for good

    def covers(self, alert: Alert) -> bool:
        """Return whether the alert is one the family does not want to hear of."""
        return (
            self.device in (None, alert.device)
            and self.party in (None, alert.domain)
            and self.kind in (None, alert.kind)
            and (self.until is None or alert.ts < self.until)
        )


class Snooze(NamedTuple):
    """A wish not to hear of a device (of one party, of one kind) before its next update."""

    device: str
    since: float  # when it was wished
    party: str | None = None
    kind: str | None = None

    def covers(self, alert: Alert) -> bool:
        return Mute(self.device, self.party, self.kind).covers(alert)


class Expected(NamedTuple):
    """A family's word that a device's dealings with a party are as they should be.

    For what is about no party it holds for that kind of alert. What is readable on its way (severity 3) is
    told all the same: nobody expects that.
    """

    device: str
    party: str | None  # domain
    kind: str | None = None  # only where there is no party

    def covers(self, alert: Alert) -> bool:
        if alert.device != self.device or alert.severity >= SEVERE:
            return False
        return alert.domain == self.party and self.kind in (None, alert.kind)


class Policy(NamedTuple):
    """All wishes of a family. Nothing is lost by them: what is hushed is still logged, with the reason.

    Every wish is undone by `without`; all of it goes to and from JSON.
    """

    mutes: tuple[Mute, ...] = ()
    expected: tuple[Expected, ...] = ()
    snoozes: tuple[Snooze, ...] = ()

    def hushed(self, alert: Alert) -> str | None:
        """Return why the alert is only logged ("expected", "muted", "snoozed"); None when it is not."""
        if any(one.covers(alert) for one in self.expected):
            return "expected"
        if any(mute.covers(alert) for mute in self.mutes):
            return "muted"
        return "snoozed" if any(snooze.covers(alert) for snooze in self.snoozes) else None

    def wish(self, wish: Wish) -> Policy:
        """Return the policy with one more wish; the same wish twice is one."""
        policy = self.without(wish)
        if isinstance(wish, Mute):
            return policy._replace(mutes=(*policy.mutes, wish)[-MAX_WISHES:])
        if isinstance(wish, Snooze):
            return policy._replace(snoozes=(*policy.snoozes, wish)[-MAX_WISHES:])
        return policy._replace(expected=(*policy.expected, wish)[-MAX_WISHES:])

    def without(self, wish: Wish) -> Policy:
        """Return the policy as it was before a wish: its undo."""
        if isinstance(wish, Mute):
            return self._replace(mutes=tuple(mute for mute in self.mutes if mute != wish))
        if isinstance(wish, Snooze):
            return self._replace(snoozes=tuple(snooze for snooze in self.snoozes if snooze != wish))
        return self._replace(expected=tuple(one for one in self.expected if one != wish))

    def forgotten(self, device: str) -> Policy:
        """Return the policy without the wishes about a device that the family wants forgotten."""
        return Policy(
            tuple(mute for mute in self.mutes if mute.device != device),
            tuple(one for one in self.expected if one.device != device),
            tuple(snooze for snooze in self.snoozes if snooze.device != device),
        )

    def updated(self, update: Update) -> Policy:
        """Return the policy after an update of a device: its snoozes are over; a restart alone ends none."""
        if update.certainty == "restarted":
            return self
        kept = tuple(one for one in self.snoozes if one.device != update.device or one.since >= update.ts)
        return self if kept == self.snoozes else self._replace(snoozes=kept)

    def to_json(self) -> dict[str, Any]:
        """Return all wishes as JSON values."""
        return {
            "mutes": [mute._asdict() for mute in self.mutes],
            "expected": [one._asdict() for one in self.expected],
            "snoozes": [snooze._asdict() for snooze in self.snoozes],
        }

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> Policy:
        """Return the policy that `to_json` wrote; what is missing is empty."""
        return cls(
            tuple(Mute(**mute) for mute in plain.get("mutes", ())),
            tuple(Expected(**one) for one in plain.get("expected", ())),
            tuple(Snooze(**snooze) for snooze in plain.get("snoozes", ())),
        )


Wish = Mute | Snooze | Expected


def suppress_for_s(kind: str) -> float:
    """Return for how long the same alert is not told again."""
    return SUPPRESS_FOR_S.get(kind, SUPPRESS_S)


def is_news(alert: Alert, former: Alert | None) -> bool:
    """Return whether an alert is to be told although one with its identifier was told before."""
    if former is None or VOLUMES.index(alert.volume) > VOLUMES.index(former.volume):
        return True
    if alert.kind != former.kind and alert.severity > former.severity:
        return True
    return alert.ts - former.ts >= suppress_for_s(alert.kind)
