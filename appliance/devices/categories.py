"""The words for kinds of devices (docs/vocabulary.md). Does no I/O."""

from __future__ import annotations

from typing import Final

CATEGORIES: Final = (
    "alarm",
    "appliance",
    "baby monitor",
    "camera",
    "coffee",
    "computer",
    "console",
    "doorbell",
    "garage",
    "hub",
    "kettle",
    "light",
    "lock",
    "media",
    "phone",
    "plug",
    "printer",
    "remote",
    "robot",
    "router",
    "scale",
    "sensor",
    "siren",
    "speaker",
    "tablet",
    "thermostat",
    "toy",
    "tv",
    "vacuum",
    "watch",
)
"""In alphabetical order; a label, a data file and a decision use one of these."""
