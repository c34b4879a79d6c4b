"""What a family decided about alerts: what is muted, what is expected, and how soon the same may come again.

Does no I/O.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from appliance.alerts.alert import Alert

DAY_S: Final = 86_400
VOLUMES: Final = ("log", "digest", "push")
"""From quiet to loud."""

SUPPRESS_FOR_S: Final[dict[str, float]] = {"encryption_lost": 7 * DAY_S, "cleartext_identifiers": 7 * DAY_S}
SUPPRESS_S: Final = 28 * DAY_S
"""The same alert is not told again within this time, unless it became louder."""


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


class Policy(NamedTuple):
    """All wishes of a family. Nothing is lost by them: what is muted is still logged, with the reason."""

    mutes: tuple[Mute, ...] = ()
    expected: frozenset[tuple[str, str]] = frozenset()  # (device, domain): "this is expected"

    def hushed(self, alert: Alert) -> str | None:
        """Return why the alert is only logged ("expected", "muted"); None when it is not."""
        if alert.domain is not None and (alert.device, alert.domain) in self.expected:
            return "expected"
        return "muted" if any(mute.covers(alert) for mute in self.mutes) else None


def suppress_for_s(kind: str) -> float:
    """Return for how long the same alert is not told again."""
    return SUPPRESS_FOR_S.get(kind, SUPPRESS_S)


def is_news(alert: Alert, former: Alert | None) -> bool:
    """Return whether an alert is to be told although one with its identifier was told before."""
    if former is None or VOLUMES.index(alert.volume) > VOLUMES.index(former.volume):
        return True
    return alert.ts - former.ts >= suppress_for_s(alert.kind)
