"""What Home Assistant is told of each toy by MQTT discovery: texts only, nothing is sent here.

One retained message a device (device-based discovery, Home Assistant 2024.11 and later): sensors for the last
change, the parties and the bytes of today, and a button that marks the last alert as expected.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from appliance.devices.identity import plain_text

ONLINE: Final = "online"
OFFLINE: Final = "offline"


class Toy(NamedTuple):
    """What is shown of one device."""

    device: str
    name: str
    vendor: str | None
    model: str | None
    last_change: float | None  # ts of its last change; None: none yet
    parties: int  # outside the home
    bytes_today: int  # sent since the home's midnight


def status_topic(prefix: str) -> str:
    """Return the topic of our being there: the broker itself tells `offline` when we are gone (last will)."""
    return f"{prefix}/status"


def state_topic(prefix: str, device: str) -> str:
    return f"{prefix}/{device}/state"


def button_topic(prefix: str, device: str) -> str:
    return f"{prefix}/{device}/expected"


def pressed(prefix: str, topic: str) -> str | None:
    """Return whose button a topic is; None for any other topic."""
    parts = topic.split("/")
    own = parts[: len(prefix.split("/"))] == prefix.split("/")
    return parts[-2] if own and parts[-1] == "expected" and len(parts) == len(prefix.split("/")) + 2 else None


def config_topic(discovery: str, device: str) -> str:
    return f"{discovery}/device/tattlebox-{device}/config"


def config(toy: Toy, prefix: str) -> str:
    """Return the discovery message of a toy."""
    uid = f"tattlebox-{toy.device}"
    parts: Mapping[str, Mapping[str, Any]] = {
        "last_change": {
            "p": "sensor",
            "name": "Last change",
            "device_class": "timestamp",
            "value_template": "{{ value_json.last_change }}",
        },
        "parties": {
            "p": "sensor",
            "name": "Parties",
            "state_class": "measurement",
            "icon": "mdi:domain",
            "value_template": "{{ value_json.parties }}",
        },
        "bytes_today": {
            "p": "sensor",
            "name": "Sent today",
            "device_class": "data_size",
            "unit_of_measurement": "B",
            "state_class": "total_increasing",
            "value_template": "{{ value_json.bytes_today }}",
        },
        "expected": {
            "p": "button",
            "name": "This is expected",
            "command_topic": button_topic(prefix, toy.device),
            "payload_press": "PRESS",
        },
    }
    device = {"ids": [uid], "name": plain_text(toy.name)}
    if toy.vendor:
        device["mf"] = plain_text(toy.vendor)
    if toy.model:
        device["mdl"] = plain_text(toy.model)
    return json.dumps(
        {
            "dev": device,
            "o": {"name": "Tattlebox"},
            "availability_topic": status_topic(prefix),
            "state_topic": state_topic(prefix, toy.device),
            "cmps": {key: {"unique_id": f"{uid}-{key}", **part} for key, part in parts.items()},
        },
        ensure_ascii=False,
    )


def state(toy: Toy) -> str:
    """Return the state message of a toy."""
    changed = None if toy.last_change is None else datetime.fromtimestamp(toy.last_change, UTC).isoformat()
    return json.dumps({"last_change": changed, "parties": toy.parties, "bytes_today": toy.bytes_today})
