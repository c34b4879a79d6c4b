"""What a Bluetooth device says that it is, and what it offers to anyone near by. Does no I/O."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from sensor.records import BleAdvertisement, InquiryResult, Nearby

TOY: Final = "toy"

_MAJOR: Final = {
    1: "computer",
    2: "phone",
    3: "router",
    4: "media",
    5: "remote",
    6: "camera",
    7: "watch",
    8: TOY,
}
"""Major device class (Assigned Numbers §2.8.2) → a category of docs/vocabulary.md."""

_MICROPHONES: Final = frozenset((1, 2, 4))
"""Minor classes of audio/video (§2.8.2.4) that speak and listen: headset, hands-free, microphone."""

_MINOR_AUDIO: Final = {3: "media", 5: "speaker", 6: "media", 7: "speaker", 8: "media", 9: "tv", 10: "media"}
"""Loudspeaker, headphones, portable, car, set-top box, hi-fi."""

_SCREEN: Final = {11: "media", 12: "camera", 13: "camera", 14: "tv", 15: "tv", 16: "tv", 18: "console"}

_APPEARANCES: Final = {
    **{1: "phone", 2: "computer", 3: "watch", 4: "watch", 5: "tv", 6: "remote", 7: "media", 8: "sensor"},
    **{9: "remote", 10: "media", 12: "sensor", 13: "sensor", 14: "sensor", 15: "remote", 17: "sensor"},
    **{18: "sensor", 19: "remote", 21: "sensor", 22: "light", 24: "thermostat", 31: "light", 33: "speaker"},
    **{34: "media", 35: "vacuum", 37: "media", 41: "media", 42: TOY, 48: "sensor", 49: "sensor", 51: "scale"},
    **{52: "sensor", 53: "sensor", 54: "sensor"},
}
"""Appearance category (Assigned Numbers §2.6.2, bits 15-6) → category."""

_MICROPHONE_SERVICES: Final = frozenset(("1108", "1112", "111e", "111f", "1131"))
"""Headset, headset gateway, hands-free, hands-free gateway, headset HS (Assigned Numbers §3.3)."""

_SOUND_SERVICES: Final = frozenset(("110a", "110b", "110d"))
"""Audio source, audio sink, advanced audio distribution."""

_ORDINARY_SERVICES: Final = {
    **{"1812": "remote", "1124": "remote", "180d": "sensor", "1809": "sensor", "181a": "sensor"},
    **{
        "feaa": "sensor",
        "fe9f": "phone",
        "fd6f": "phone",
        "fef3": "phone",
        "181d": "scale",
        "1826": "sensor",
    },
    **{"1105": "phone", "112f": "phone", "1132": "phone", "1116": "phone", "fe2c": "speaker"},
}
"""Services that tell what a thing is: keyboards, heart rate, beacons, phones that push files."""

_SOUND_NAME: Final = re.compile(
    r"head(?:set|phones?)|ear(?:buds?|phones?|pods?)|airpods|\bbuds\b|speaker|sound(?:bar|core|link)|hands.?free"
    r"|\bcar\b|\b(?:jbl|bose|jabra|sony wh|sony wf|beats|sennheiser|plantronics|poly|marshall|logi|anker)\b",
    re.IGNORECASE,
)
"""Names of what is meant to be a headset or a loudspeaker: of these a microphone is no surprise."""

MICROPHONE: Final = "microphone"
SOUND: Final = "sound"
CONNECTION: Final = "connection"


class Kind(NamedTuple):
    """What a device says of itself."""

    category: str | None  # a word of docs/vocabulary.md; None: it does not say
    offers: tuple[str, ...]  # MICROPHONE, SOUND, CONNECTION: what anyone near by is offered
    trackable: bool  # its address stays the same: who hears it twice knows that it is the same


def kind_of(record: Nearby) -> Kind:
    """Return what an answer to an inquiry, or an advertisement, says."""
    return _classic(record) if isinstance(record, InquiryResult) else _low_energy(record)


def _classic(record: InquiryResult) -> Kind:
    major, minor = record.device_class >> 8 & 0x1F, record.device_class >> 2 & 0x3F
    services = frozenset(record.services)
    listens = major == 4 and minor in _MICROPHONES
    offers = [CONNECTION]
    if listens or (services & _MICROPHONE_SERVICES and major not in (1, 2)):
        offers.append(MICROPHONE)
    if services & _SOUND_SERVICES and major not in (1, 2):
        offers.append(SOUND)
    category = _by_services(services) or _MAJOR.get(major)
    if major == 4:
        unsaid = "media" if _SOUND_NAME.search(record.name or "") else None
        category = unsaid if listens else {**_MINOR_AUDIO, **_SCREEN}.get(minor, unsaid)
    return Kind(category, tuple(offers), True)


def _low_energy(record: BleAdvertisement) -> Kind:
    fixed = record.address_kind in ("public", "static")
    found = _APPEARANCES.get((record.appearance or 0) >> 6) or _by_services(frozenset(record.services))
    return Kind(found, (CONNECTION,) if is_open(record) and fixed else (), fixed)


def is_open(record: BleAdvertisement) -> bool:
    """Return whether an advertisement offers a connection to anyone, not only for a short time.

    A device in limited discoverable mode was just told to be found, one that calls a device by its address
    means that one alone. BlueZ does not say whether a device can be connected to: there the general
    discoverable mode, with something to connect for, must do (Core Vol 3 Part C §9.2).
    """
    flags = record.flags or 0
    if record.event == "directed" or flags & 1:
        return False
    if record.connectable is None:
        return bool(flags & 2 and (record.services or record.name))
    return record.connectable


def _by_services(services: frozenset[str]) -> str | None:
    return next((kind for service, kind in _ORDINARY_SERVICES.items() if service in services), None)
