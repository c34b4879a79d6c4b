"""How a device stands in the support ledger, in a sentence. Does no I/O."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from appliance.alerts.words import Words
from appliance.support.ledger import ENDED, Standing

NAMED: Final = 2
"""Organisations named in a sentence; of more, the number is told."""


def stands(words: Words, one: Standing) -> str:
    """Return the state alone: "Updates are stated until the end of March 2027."."""
    until, days = words.day(one.until or ""), words.count("days", abs(one.days or 0))
    return words.say(f"support.{one.state}", until=until, days=days)


def sentence(words: Words, one: Standing) -> str:
    """Return the state, to whom it still sends when past its end, and what was seen of updates."""
    return stands(words, one) + still(words, one) + seen(words, one)


def still(words: Words, one: Standing) -> str:
    """Return to whom it still sends past its end, with a space before it; empty for every other state."""
    if one.state != ENDED or not one.still_to:
        return ""
    who, more = words.listed(one.still_to[:NAMED]), len(one.still_to) - NAMED
    if more > 0:
        return words.say("support.still_many", who=who, n=str(more))
    return words.say("support.still", who=who)


def seen(words: Words, one: Standing) -> str:
    """Return what was seen of updates, with a space before it: the last one, and the server for them."""
    if one.last_update is None:
        text = words.say("support.not_updated")
    else:
        text = words.say("support.updated", date=_date(words, one.last_update))
    if not one.update_hosts:
        return text + words.say("support.no_host")
    host, ts = one.update_hosts[0]
    return text + words.say("support.host", host=host, date=_date(words, ts))


def source(words: Words, one: Standing) -> str:
    """Return whose statement it is, with its words; empty where there is none."""
    key = f"support.source.{one.source}"
    return words.say(key, quote=one.quote or "") if words.has(key) else one.quote or ""


def _date(words: Words, ts: float) -> str:
    return words.day(datetime.fromtimestamp(ts, UTC).strftime("%Y-%m-%d"))
