"""What a family says of alerts: an answer to one, or a wish not to hear of something. Does no I/O.

The store keeps answers in order (appliance/store/answers.py); `Judge` hears them one after the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from appliance.alerts.policy import Expected, Mute, Snooze, Wish

USEFUL: Final = "useful"
EXPECTED: Final = "expected"  # right, but not worth telling: it is not told again
WRONG: Final = "wrong"
MUTE: Final = "mute"
SNOOZE: Final = "snooze"

JUDGEMENTS: Final = (USEFUL, EXPECTED, WRONG)
"""Answers to one alert: they are counted (shadow.py)."""

ACTS: Final = (*JUDGEMENTS, MUTE, SNOOZE)


class Answer(NamedTuple):
    """One thing the family said of alerts; the store keeps them in order and never changes one."""

    id: int  # counts up; what undo names
    ts: float  # when it was said, UTC epoch seconds of the clock on the wall
    act: str  # one of ACTS
    alert: str | None  # identifier of the alert it answers; None for a wish of its own
    device: str | None  # None: any
    party: str | None  # domain; None: any
    kind: str | None  # of alert; None: any
    since: float  # the home's own time (of its packets) when it was said
    until: float | None  # the home's own time at which a mute ends; None: for good
    undoes: int | None = None  # the id of the answer this one takes back


def wish_of(answer: Answer) -> Wish | None:
    """Return what the policy is to do from now on; None for an answer that is only counted."""
    if answer.act == MUTE:
        return Mute(answer.device, answer.party, answer.kind, answer.until)
    if answer.device is None:
        return None
    if answer.act == SNOOZE:
        return Snooze(answer.device, answer.since, answer.party, answer.kind)
    if answer.act == EXPECTED:
        return Expected(answer.device, answer.party, None if answer.party else answer.kind)
    return None


def standing(answers: Iterable[Answer]) -> list[Answer]:
    """Return the answers that were not taken back, in the order in which they were said."""
    said = list(answers)
    taken_back = {answer.undoes for answer in said}
    return [answer for answer in said if answer.undoes is None and answer.id not in taken_back]
