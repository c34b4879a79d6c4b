"""Sinks: what was recorded, copied to a database of the family's choice. Write-only and only when asked for.

To add a sink: one file with `KIND`, `TITLE`, `SETTINGS`, `send(batch, settings)` and `check(settings)`, its
place in SINKS, its test and its heading in docs/sinks.md.
"""

from __future__ import annotations

from types import ModuleType
from typing import Final

from appliance.sinks import influxdb

SINKS: Final[tuple[ModuleType, ...]] = (influxdb,)
"""Every sink."""
