"""The week in one page: what was told at once, what is worth knowing, how much was noted. Does no I/O."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from appliance.alerts.alert import Alert
from appliance.alerts.words import Words
from appliance.behaviour.facts import Change

WEEK_S: Final = 7 * 86_400.0

MAX_LINES: Final = 40
"""Alerts in a digest: more is not read, and the pages have them all."""


def digest(alerts: Iterable[Alert], changes: Iterable[Change], language: str = "en") -> str:
    """Return the text of a digest of some alerts (of a week, say) and of the changes behind them.

    The loudest first, then the most severe, then the latest; what was only logged is counted.
    """
    words = Words(language)
    told = sorted(alerts, key=lambda one: (-one.severity, -one.ts, one.identifier))
    blocks = [words.say("digest.title")]
    for volume, heading in (("push", "digest.urgent"), ("digest", "digest.worth")):
        lines = [f"- {one.title.removesuffix('.')}. {one.text}" for one in told if one.volume == volume][
            :MAX_LINES
        ]
        if lines:
            blocks.append("\n".join([words.say(heading), *lines]))
    if len(blocks) == 1:
        blocks.append(words.say("digest.quiet"))
    louder = {link for one in told if one.volume != "log" for link in one.evidence}
    noted = sum(f"change:{change.id}" not in louder for change in changes)
    if noted:
        blocks.append(words.say("digest.noted", changes=words.count("changes", noted)))
    return "\n\n".join(blocks) + "\n"


def of_week(alerts: Iterable[Alert], end: float) -> list[Alert]:
    """Return the alerts of the seven days before `end`."""
    return [one for one in alerts if end - WEEK_S <= one.ts < end]
