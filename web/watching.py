"""How well we watched: "nothing new" may only be said of time in which we looked."""

from __future__ import annotations

from typing import Final, NamedTuple

from appliance.store.reader import Watch
from sensor.records import Loss

LATE_S: Final = 2 * 3600
"""A newest packet older than this is a recording (or a sensor that stopped), and the page says so."""


class Health(NamedTuple):
    """What a page says of the watching itself."""

    since: float
    until: float
    age_s: float  # how old the newest packet is by the wall clock
    gaps: list[Loss]  # spans not watched, newest first
    gap_s: float
    losses: list[Loss]  # what else was missed, newest first
    lost: int  # packets, flows or records missed, where counted

    @property
    def late(self) -> bool:
        return self.age_s > LATE_S

    @property
    def span_s(self) -> float:
        return self.until - self.since


def health(watch: Watch, clock_ts: float) -> Health | None:
    """Return how well we watched; None while nothing was ever seen."""
    if watch.first_ts is None or watch.last_ts is None:
        return None
    gaps = [loss for loss in watch.losses if loss.until > loss.ts]
    losses = [loss for loss in watch.losses if loss.until <= loss.ts]
    lost = sum(loss.lost for loss in losses)
    age_s = max(0.0, clock_ts - watch.last_ts)
    return Health(watch.first_ts, watch.last_ts, age_s, gaps, watch.gap_s, losses, lost)
