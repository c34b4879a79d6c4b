"""The rules: each says of one kind of change whether a family hears of it, how loudly and in what words.

A rule is a module with `CODE`, `SEVERITY` (3 act now, 2 worth knowing, 1 note), `WHY` and `DO` (keys of the
texts) and `judge(change, profile) -> Alert`, which is asked for changes of the kind `CODE` alone. The order
is that of docs/alerts.md.
"""

from __future__ import annotations

from types import ModuleType
from typing import Final

from appliance.alerts.rules import (
    active_at_night,
    always_on,
    bigger,
    encryption_gained,
    encryption_lost,
    gone_party,
    less_often,
    more_often,
    name_hidden,
    new_country,
    new_data,
    new_device,
    new_party,
    new_port,
    nothing_changed,
    posture,
    returned_party,
    smaller,
)

RULES: Final[tuple[ModuleType, ...]] = (
    new_party,
    returned_party,
    gone_party,
    new_country,
    encryption_lost,
    new_data,
    name_hidden,
    always_on,
    active_at_night,
    more_often,
    bigger,
    less_often,
    smaller,
    encryption_gained,
    new_port,
    nothing_changed,
    new_device,
)
"""Rules for changes."""

BY_CODE: Final = {rule.CODE: rule for rule in RULES}

FINDING_RULES: Final[tuple[ModuleType, ...]] = (posture,)
"""Rules for findings."""
