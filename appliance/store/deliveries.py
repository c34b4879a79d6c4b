"""How channels, sinks and studies that are sent to stand, in a sentence: for the health page and `doctor`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

STUCK_S: Final = 120.0
"""An attempt ends by its own deadline of a minute; one that is longer under way belongs to a process that is
gone.
"""

IDLE_S: Final = 900.0
"""What is due this long and was not tried: nobody delivers."""


class Standing(NamedTuple):
    """One channel, sink, or study whose days are sent."""

    name: str
    kind: str
    state: str  # "ok", "note" (new, or waiting), "bad"
    fault: str  # "", or the sort of fault: "token", "certificate", "unreachable", "dropped", "slow", …
    text: str  # one sentence
    waiting: int  # events not settled yet; of a sink: minutes behind are no events, 0
    delivered: int
    given_up: int
    dropped: int
    good: float | None  # when its receiver last took something
    failing: float | None  # since when it does not


_WAITING: Final = (
    "(SELECT count(*) FROM outbox AS o WHERE o.seq > c.place AND NOT EXISTS (SELECT 1 FROM delivery AS d"
    " WHERE d.consumer = c.name AND d.seq = o.seq AND d.state IN ('done', 'given up', 'not wanted')))"
)
_QUERY: Final = (
    "SELECT c.name, h.kind, c.good, c.failing, c.fault, c.said, c.attempts, c.due, c.busy, c.delivered,"  # noqa: S608
    f" c.given_up, c.dropped, CASE WHEN h.kind IN ('influxdb', 'study') THEN 0 ELSE {_WAITING}"
    " END FROM consumer AS c JOIN (SELECT name, kind FROM channel"
    " UNION ALL SELECT 'study/' || name, 'study' FROM study) AS h ON h.name = c.name ORDER BY c.name"
)


def standing(read: Callable[[str], Iterable[tuple[Any, ...]]], now: float) -> list[Standing]:
    """Return how each channel and sink stands at a time, by name; `read` gives the rows of a query."""
    found = []
    for row in read(_QUERY):
        name, kind, good, failing, fault, said, attempts, due, busy, delivered, given_up, dropped, waiting = (
            row
        )
        state, text = "ok", "works"
        if failing is not None:
            state = "bad"
            text = f"since {day_and_hour(failing)}: {said}; tried {attempts} times, {waiting} waiting"
        elif waiting and now - due > IDLE_S and (busy is None or now - busy > STUCK_S) and good is None:
            state, text = "note", f"{waiting} waiting and none tried: is `tattlebox notify run` at work?"
        elif good is None:
            state, text = "note", "nothing was to be told yet"
        else:
            text = f"works; last taken {day_and_hour(good)}"
        if given_up or dropped:
            state = "bad" if state == "bad" else "note"
            text += f"; {given_up} given up, {dropped} lost for lack of room"
        found.append(
            Standing(name, kind, state, fault, text, waiting, delivered, given_up, dropped, good, failing)
        )
    return found


def day_and_hour(ts: float) -> str:
    """Return a time as sentences of the health page have it."""
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(ts))
