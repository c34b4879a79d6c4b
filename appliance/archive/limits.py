"""How long and how large: what the family set for flows, archive and disk."""

from __future__ import annotations

import sqlite3
from typing import Final, NamedTuple

from appliance.settings import ARCHIVE_DAYS, BUDGET_MB, FLOW_DAYS, KEEP_FREE_MB, SIGHTING_DAYS
from appliance.store.settings import setting_in

MB: Final = 1_000_000


class Limits(NamedTuple):
    """What the family set (appliance/settings.py)."""

    flow_days: int
    archive_days: int
    sighting_days: int
    budget_bytes: int
    keep_free_bytes: int


def limits_of(db: sqlite3.Connection) -> Limits:
    """Return the limits that hold in this home."""
    return Limits(
        setting_in(db, FLOW_DAYS),
        setting_in(db, ARCHIVE_DAYS),
        setting_in(db, SIGHTING_DAYS),
        setting_in(db, BUDGET_MB) * MB,
        setting_in(db, KEEP_FREE_MB) * MB,
    )
