"""What the rules know of a device. Does no I/O."""

from __future__ import annotations

from typing import Final, NamedTuple

from appliance.devices.device import DeviceRecord

WITH_CAMERA: Final = frozenset(("camera", "doorbell", "baby monitor", "robot", "tablet", "phone", "computer"))
WITH_MICROPHONE: Final = WITH_CAMERA | frozenset(("speaker", "tv", "watch"))
"""Categories of which most devices have one; a toy may, and is told apart only by its catalogue entry."""


class Profile(NamedTuple):
    """The device an alert is about, and the language it is told in."""

    device: str
    name: str
    vendor: str | None
    category: str | None
    microphone: bool
    camera: bool
    language: str = "en"


def profile_of(record: DeviceRecord, language: str = "en") -> Profile:
    """Return the profile of a known device."""
    category = record.category
    return Profile(
        record.device,
        record.name,
        record.vendor,
        category,
        category in WITH_MICROPHONE,
        category in WITH_CAMERA,
        language,
    )
