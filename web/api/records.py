"""What the API gives that no other part has as a record."""

from __future__ import annotations

from typing import NamedTuple

from web.daily import Today


class State(NamedTuple):
    """How one device stands today, as its card on the first page says."""

    device: str
    state: str  # "act", "changed", "weak", "learning", "quiet", "away"
    today: Today
    roles: dict[str, int]  # how many companies in each role
    missing: list[str]  # what its baseline still misses


class Account(NamedTuple):
    """Somebody who may log in, without the password."""

    id: int
    name: str
    role: str
    since: float
