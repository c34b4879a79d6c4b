"""The support ledger: what was stated of each device, what was seen, and how that stands today. Does no I/O.

"Today" is the time of the newest record: a replayed year gives the same ledger as a lived one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from appliance.behaviour.facts import Update
from appliance.declared.document import SUPPORT_END, Claim
from appliance.declared.period import read_period
from appliance.devices.device import DeviceRecord
from appliance.devices.state import SUPPORT
from appliance.parties.party import PartyRecord

DAY_S: Final = 86_400.0

REMIND_S: Final = 90 * DAY_S
"""So long before the end a family is reminded: time to ask the maker, or to look for another."""

ALIVE_S: Final = 30 * DAY_S
"""An update server met within this time still answers; devices that ask weekly miss a week now and then."""

STILL_S: Final = 7 * DAY_S
"""A party met within this time is one the device still sends to."""

SUPPORTED: Final = "supported"
ENDING: Final = "ending"
ENDED: Final = "ended"
NOT_STATED: Final = "not_stated"
UNREADABLE: Final = "unreadable"
DOCUMENT: Final = "document"
ORDER: Final = ("parent", DOCUMENT, "catalogue")
"""Whose statement goes before whose."""

STATES: Final = (ENDED, ENDING, UNREADABLE, NOT_STATED, SUPPORTED)
"""In the order in which a list shows them."""


class Standing(NamedTuple):
    """One device in the ledger."""

    device: str
    name: str
    state: str  # one of STATES
    until: str | None  # "2027-03" or "2027-03-31"; None where none was stated or read
    end_ts: float | None  # the first moment after it
    source: str | None  # one of ORDER
    quote: str | None  # the words as they stand on the label, in the catalogue or by hand
    days: int | None  # until the end; below 0: since it
    last_update: float | None  # None: none was seen
    update_hosts: tuple[tuple[str, float], ...]  # (host or domain for updates, last met), latest first
    still_to: tuple[str, ...]  # organisations or domains it still sends to, outside the home


def standing(
    device: DeviceRecord,
    updates: Sequence[Update],
    parties: Sequence[PartyRecord],
    now: float,
    claims: Sequence[Claim] = (),
) -> Standing:
    """Return how one device stands at `now`; what is of other devices is passed over.

    `claims` are those read from its maker's documents: they go behind the family's word, before our list.
    """
    source, quote = _stated(device, claims)
    period = read_period(quote) if quote is not None else None
    seen = [one.ts for one in updates if one.device == device.device and one.certainty != "restarted"]
    met = [party for party in parties if party.device == device.device and party.outcome != "local"]
    hosts = sorted(
        (
            (party.domain, party.last_ts)
            for party in met
            if party.purpose == "update" and now - party.last_ts <= ALIVE_S
        ),
        key=lambda host: (-host[1], host[0]),
    )
    lately = [party for party in met if now - party.last_ts <= STILL_S]
    named = sorted({party.organisation for party in lately if party.organisation}, key=str.casefold)
    still = [*named, *sorted({party.domain for party in lately if not party.organisation})]
    return Standing(
        device=device.device,
        name=device.name,
        state=_state(quote is not None, period.end_ts if period else None, now),
        until=period.until if period else None,
        end_ts=period.end_ts if period else None,
        source=source,
        quote=quote,
        days=int((period.end_ts - now) // DAY_S) if period else None,
        last_update=max(seen, default=None),
        update_hosts=tuple(hosts),
        still_to=tuple(still),
    )


def ledger(
    devices: Sequence[DeviceRecord],
    updates: Sequence[Update],
    parties: Sequence[PartyRecord],
    now: float,
    claims_of: Callable[[str], Sequence[Claim]] = lambda _: (),
) -> list[Standing]:
    """Return every device's standing, the ones past their end first."""
    found = [standing(device, updates, parties, now, claims_of(device.device)) for device in devices]
    return sorted(found, key=lambda one: (STATES.index(one.state), one.end_ts or 0.0, one.name.casefold()))


def _stated(device: DeviceRecord, claims: Sequence[Claim]) -> tuple[str | None, str | None]:
    """Return (source, words) of the statement that counts; the latest document's where several say one."""
    said = {item.source: item.value for item in device.evidence if item.field == SUPPORT}
    for claim in claims:
        if (claim.device, claim.topic) == (device.device, SUPPORT_END) and not (claim.struck or claim.denied):
            said[DOCUMENT] = claim.value
    source = next((one for one in ORDER if one in said), None)
    return source, said[source] if source is not None else None


def _state(stated: bool, end_ts: float | None, now: float) -> str:
    if not stated:
        return NOT_STATED
    if end_ts is None:
        return UNREADABLE
    if now >= end_ts:
        return ENDED
    return ENDING if end_ts - now <= REMIND_S else SUPPORTED
