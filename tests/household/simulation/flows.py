"""Kinds of devices from a table of periodic flows measured elsewhere, where one is at hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from tests.household.simulation.channel import Channel, Profile

HELD_BELOW_S: Final = 300.0
"""Shorter periods are keep-alives within one connection."""

MOST_CHANNELS: Final = 12


def read_profiles(path: Path) -> tuple[Profile, ...]:
    """Return a kind of device for each device of a JSON table {device: [{protocol, host, periods_s}, …]}.

    Flows within the home and flows to bare addresses are left out, and so is a device without any other.
    """
    table: dict[str, list[dict[str, Any]]] = json.loads(path.read_text(encoding="utf-8"))
    found = []
    for key, flows in table.items():
        channels = [_channel(flow) for flow in flows if _outside(flow)][:MOST_CHANNELS]
        if channels:
            own = Channel("api.{maker}", every_s=4 * 3_600.0, up=900, down=700, boot=True)
            found.append(
                Profile(
                    key.replace("-", ""), "adult", "always", 0.5, 0.5, (1, 5), (own, *channels), speaks=False
                )
            )
    return tuple(found)


def _outside(flow: dict[str, Any]) -> bool:
    host = flow["host"]
    named = "." in host and not host.replace(".", "").isdigit()
    return named and flow["protocol"] in ("TCP", "NTP") and not host.endswith("neu.edu")


def _channel(flow: dict[str, Any]) -> Channel:
    host = flow["host"].replace("*", "{hash}")
    period = float(min(flow["periods_s"]))
    if flow["protocol"] == "NTP":
        return Channel(host, "ntp", every_s=max(period, 900.0), port=123)
    if period < HELD_BELOW_S:
        return Channel(host, held=True, up=240, down=220)
    return Channel(host, every_s=period, up=900, down=700)
