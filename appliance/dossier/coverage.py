"""Which time a dossier covers, and which it does not: gaps, drops, and a clock that was not set."""

from __future__ import annotations

from typing import Any, Final

from appliance.dossier.order import Order
from appliance.store.reader import Reader
from appliance.watched import watched_s
from sensor.records import Loss

MAX_GAPS: Final = 200
"""Gaps listed one by one, the longest: the sums are over all."""

CLOCK: Final = "clock"


def coverage(reader: Reader, order: Order) -> dict[str, Any]:
    """Return the seconds watched of those asked for, the longest gaps, and the losses by kind."""
    watch = reader.watch()
    losses = reader.losses(order.since, order.until)
    seconds = max(0.0, order.until - order.since)
    seen = watched_s(watch._replace(losses=losses), order.since, order.until)
    spans = [loss for loss in losses if loss.until > loss.ts]
    longest = sorted(spans, key=lambda loss: (loss.ts - loss.until, loss.ts))[:MAX_GAPS]
    return {
        "since": order.when(order.since),
        "until": order.when(order.until),
        "record_since": None if watch.first_ts is None else order.when(watch.first_ts),
        "record_until": None if watch.last_ts is None else order.when(watch.last_ts),
        "seconds": round(seconds),
        "watched_seconds": round(seen),
        "watched_share": round(seen / seconds, 4) if seconds else 0.0,
        "losses": _by_kind(losses),
        "gaps": [_gap(order, loss) for loss in sorted(longest, key=lambda loss: loss.ts)],
        "gaps_not_listed": len(spans) - len(longest),
        "clock_doubtful_seconds": round(sum(loss.until - loss.ts for loss in losses if loss.kind == CLOCK)),
    }


def _by_kind(losses: list[Loss]) -> list[dict[str, Any]]:
    kinds: dict[str, dict[str, Any]] = {}
    for loss in losses:
        one = kinds.setdefault(loss.kind, {"kind": loss.kind, "times": 0, "lost": 0, "seconds": 0.0})
        one["times"] += 1
        one["lost"] += loss.lost
        one["seconds"] += loss.until - loss.ts
    return [{**kinds[kind], "seconds": round(kinds[kind]["seconds"])} for kind in sorted(kinds)]


def _gap(order: Order, loss: Loss) -> dict[str, Any]:
    span = {"since": order.when(loss.ts), "until": order.when(loss.until)}
    return {**span, "seconds": round(loss.until - loss.ts), "kind": loss.kind, "lost": loss.lost}
