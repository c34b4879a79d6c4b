"""How old knowledge packs are, in words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final

from appliance.lookup.packs import PackStatus

OLD_DAYS: Final = 180
"""Age at which a pack is called old: addresses change hands, about 1 % a month."""


def age_days(day: str, today: date) -> int:
    """Return how old a pack of that date is."""
    return (today - date.fromisoformat(day)).days


def state(pack: PackStatus) -> str:
    """Return how a pack stands, in a few words: absent, ill, or its age."""
    if pack.problem is not None or pack.date is None:
        return pack.problem or "not there"
    days = age_days(pack.date, datetime.now(UTC).date())
    return f"{days} days old" + (": time for an update" if days > OLD_DAYS else "")
