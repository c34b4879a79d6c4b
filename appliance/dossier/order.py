"""What a dossier is asked for, and how times and names are written in it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NamedTuple

from appliance.privacy import Pseudonyms


class Order(NamedTuple):
    """Which dossier is wanted."""

    device: str
    since: float  # UTC epoch seconds
    until: float  # not included
    exact: bool = False  # times to the second; else days alone: they tell when a child plays
    language: str = "en"
    flows: bool = True  # put every flow into the bundle

    def when(self, ts: float) -> str:
        """Return a time as it may leave the home: a day, or to the second; else its number."""
        try:
            moment = datetime.fromtimestamp(ts, UTC)
        except (ValueError, OverflowError, OSError):
            return f"{ts:.0f}"
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ" if self.exact else "%Y-%m-%d")


def coarse(order: Order, numbers: dict[str, Any]) -> dict[str, Any]:
    """Return the numbers of a change with their times as they may leave the home."""
    return {
        key: order.when(value) if key.endswith("ts") and isinstance(value, int | float) else value
        for key, value in numbers.items()
    }


def mac_word(pseudonyms: Pseudonyms, mac: str) -> str:
    """Return what stands for a MAC: its maker's half as it is, and a keyed hash of the whole."""
    return f"{mac[:8]}:… ({pseudonyms.device(mac)})"
