"""What the app of a Bluetooth toy probably sent: the toy itself is on no network, its phone is. Does no I/O.

A phone's apps share its address, so this is a guess: parties of the toy's maker that a phone of the home met.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from appliance.devices.device import DeviceRecord
from appliance.devices.knowledge import Model
from appliance.devices.organisations import organisation_key
from appliance.parties.party import PartyRecord

PHONES: Final = ("phone", "tablet")
CONFIDENCE: Final = 0.3
"""Another app of the same maker, or a visit to its shop, looks the same."""


class AppTraffic(NamedTuple):
    """A phone met a party of the toy's maker: probably the toy's app, while the toy was in use."""

    toy: str
    phone: str
    domain: str
    organisation: str | None
    first_ts: float
    last_ts: float
    contacts: int
    confidence: float


def app_traffic(
    toy: DeviceRecord,
    models: Sequence[Model],
    devices: Iterable[DeviceRecord],
    parties: Iterable[PartyRecord],
) -> list[AppTraffic]:
    """Return what phones of the home probably exchanged for a toy, most contacts first."""
    phones = {device.device for device in devices if device.category in PHONES}
    domains = {domain for model in models if model.model == toy.model for domain in model.domains}
    maker = organisation_key(toy.vendor or "")
    found = [
        AppTraffic(
            toy.device, p.device, p.domain, p.organisation, p.first_ts, p.last_ts, p.contacts, CONFIDENCE
        )
        for p in parties
        if p.device in phones
        and (p.domain in domains or (maker and organisation_key(p.organisation or "") == maker))
    ]
    return sorted(found, key=lambda one: (-one.contacts, one.phone, one.domain))
