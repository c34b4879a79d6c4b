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


class Senses(NamedTuple):
    """What the catalogue says of a model; None where it does not know."""

    microphone: bool | None = None
    camera: bool | None = None


UNKNOWN: Final = Senses()


def profile_of(record: DeviceRecord, language: str = "en", senses: Senses = UNKNOWN) -> Profile:
    """Return the profile of a known device; the catalogue's word goes before that of the category."""
    category = record.category
    return Profile(
        record.device,
        record.name,
        record.vendor,
        category,
        category in WITH_MICROPHONE if senses.microphone is None else senses.microphone,
        category in WITH_CAMERA if senses.camera is None else senses.camera,
        language,
    )
