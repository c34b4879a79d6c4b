"""How long was watched: "nothing new" may only be said of time in which we looked."""

from __future__ import annotations

from appliance.store.reader import Watch


def watched_s(watch: Watch, since: float, until: float) -> float:
    """Return the seconds between `since` and `until` that were watched: in our time, outside every gap."""
    if watch.first_ts is None or watch.last_ts is None:
        return 0.0
    since, until = max(since, watch.first_ts), min(until, watch.last_ts)
    total = max(0.0, until - since)
    reach = since
    for gap in sorted(loss for loss in watch.losses if loss.until > loss.ts):
        begin, end = max(gap.ts, reach), min(gap.until, until)
        if end > begin:
            total -= end - begin
            reach = end
    return max(0.0, total)


def missed_s(watch: Watch, since: float, until: float) -> float:
    """Return the seconds between `since` and `until` that fell into gaps; time before we began is none."""
    begun = max(since, watch.first_ts if watch.first_ts is not None else until)
    return max(0.0, until - begun) - watched_s(watch, begun, until)
