"""What the app of a Bluetooth toy probably sent: the toy itself is on no network, its phone is. Does no I/O.

A phone's apps share its address, so this is a guess: parties of the toy's maker that a phone of the home met,
and a little better than a guess where it met them in an hour in which the toy was heard.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple, Protocol

from appliance.devices.device import DeviceRecord
from appliance.devices.organisations import organisation_key
from appliance.devices.rows import Model
from appliance.parties.party import PartyRecord

PHONES: Final = ("phone", "tablet")
HOUR_S: Final = 3600

CONFIDENCE: Final = 0.3
"""Another app of the same maker, or a visit to its shop, looks the same."""

APART: Final = 0.1
"""The phone met the maker, though in no hour in which the toy was heard: it is heard during looks alone."""

MAX_HOURS: Final = 100
"""Hours with the toy that are compared, the latest: each is one question to the store for each phone."""


class Met(Protocol):
    """What is read of a row of the hourly rollup (appliance.behaviour.facts.Sighting)."""

    @property
    def domain(self) -> str: ...
    @property
    def hour(self) -> int: ...
    @property
    def contacts(self) -> int: ...


class AppTraffic(NamedTuple):
    """A phone met a party of the toy's maker: probably the toy's app."""

    toy: str
    phone: str
    domain: str
    organisation: str | None
    first_ts: float  # with `together`: the begin of the first such hour, else of all that the phone exchanged
    last_ts: float
    contacts: int
    confidence: float
    together: int  # hours in which the toy was heard and the phone met the party; 0: none


def app_traffic(
    toy: DeviceRecord,
    models: Sequence[Model],
    devices: Iterable[DeviceRecord],
    parties: Iterable[PartyRecord],
    *,
    heard: Iterable[float] = (),
    hourly: Callable[[str, int, int], Sequence[Met]] = lambda device, since, until: (),
) -> list[AppTraffic]:
    """Return what phones of the home probably exchanged for a toy, in its hours first.

    `heard` are the times at which the toy was heard, `hourly(device, since_hour, until_hour)` is the rollup
    of a device.
    """
    phones = {device.device for device in devices if device.category in PHONES}
    domains = {domain for model in models if model.model == toy.model for domain in model.domains}
    maker = organisation_key(toy.vendor or "")
    met = [
        party
        for party in parties
        if party.device in phones
        and (party.domain in domains or (maker and organisation_key(party.organisation or "") == maker))
    ]
    hours = sorted({int(ts // HOUR_S) for ts in heard})[-MAX_HOURS:]
    rows = {
        phone: [row for hour in hours for row in hourly(phone, hour, hour + 1)]
        for phone in {party.device for party in met}
    }
    found = [
        _traffic(toy, party, [row for row in rows[party.device] if row.domain == party.domain])
        for party in met
    ]
    return sorted(found, key=lambda one: (-one.together, -one.contacts, one.phone, one.domain))


def _traffic(toy: DeviceRecord, party: PartyRecord, together: Sequence[Met]) -> AppTraffic:
    """Return what a phone exchanged with a party, in the hours of the toy alone where there are such."""
    place = (toy.device, party.device, party.domain, party.organisation)
    if not together:
        return AppTraffic(*place, party.first_ts, party.last_ts, party.contacts, APART, 0)
    hours = sorted({row.hour for row in together})
    first, last = float(hours[0] * HOUR_S), float((hours[-1] + 1) * HOUR_S)
    return AppTraffic(*place, first, last, sum(row.contacts for row in together), CONFIDENCE, len(hours))
