"""A contact enters the books: hourly rows, daily rows per channel, totals per party. Does no I/O.

This runs for every part of every flow, so it is written for speed: one short cut from (party, host, port) to
the channel, then a handful of additions. A contact is counted as a bit of a mask, so late, repeated and
unordered records give the same sums.
"""

from __future__ import annotations

from math import log2

from appliance.behaviour.facts import Contact
from appliance.behaviour.spans import DAYS_KEPT, HOUR_S, SLOT_S, SLOTS_A_DAY, SLOTS_AN_HOUR
from appliance.behaviour.state import (
    HOURS_KEPT,
    LOG_STEPS,
    MAX_COUNTRIES,
    MAX_HOSTS,
    MAX_PARTIES,
    MAX_ROUTES,
    Channel,
    Device,
    Hour,
    Party,
)


def enter(device: Device, contact: Contact) -> tuple[Party, Channel]:
    """Count the contact and return its party and channel."""
    found = device.routes.get((contact.domain, contact.host, contact.proto, contact.port))
    party, channel = found if found is not None else _route(device, contact)
    ts, up, down = contact.ts, contact.bytes_up, contact.bytes_down
    if contact.role != party.role or contact.organisation != party.organisation:
        _renew(party, contact)
    party.last_ts = max(party.last_ts, contact.until)
    party.first_ts = min(party.first_ts, ts)
    party.bytes_up += up
    party.bytes_down += down
    slot = int(ts // SLOT_S)
    number = slot // SLOTS_AN_HOUR
    hour = party.hours.get(number)
    if hour is None:
        hour = _hour(party, number)
    hour.flows += 1
    hour.bytes_up += up
    hour.bytes_down += down
    if not hour.dirty:
        hour.dirty = True
        device.fresh.setdefault(party.domain, []).append(number)
    day = slot // SLOTS_A_DAY
    if device.looked is not None and day <= device.looked:
        device.aged = True
    row = channel.day(day)
    row[4] += down
    if contact.payload_up > 0:
        row[1] += contact.payload_up
        row[2] += 1
        row[5] += round(LOG_STEPS * log2(contact.payload_up))
        channel.meet(row, day, slot % SLOTS_A_DAY)
        _upload(device, party, contact, hour, slot)
        if contact.server_country is not None and contact.uid != channel.placed:
            channel.placed = contact.uid
            _place(party, contact.server_country, contact, day)
    return party, channel


def _place(party: Party, country: str, contact: Contact, day: int) -> None:
    """Count the server's country once a connection: one held open all day is one answer of geo-DNS."""
    days = party.countries.get(country)
    if days is None:
        days = _country(party, country)
    days[day] = days.get(day, 0) + 1
    party.country_certainty = contact.country_certainty


def _upload(device: Device, party: Party, contact: Contact, hour: Hour, slot: int) -> None:
    day = slot // SLOTS_A_DAY
    row = party.days.get(day)
    if row is None:
        row = party.days[day] = [0, 0]
        if len(party.days) > DAYS_KEPT:
            del party.days[min(party.days)]
    row[1] += contact.payload_up
    bit = 1 << slot % SLOTS_AN_HOUR
    if not hour.mask & bit:
        hour.mask |= bit
        party.contacts += 1
        row[0] += 1
    device.upload(day, slot // SLOTS_AN_HOUR % 24, contact.payload_up)
    if contact.encrypted is not None and party.encrypted is not False:
        party.encrypted = contact.encrypted
    party.operator = contact.operator or party.operator
    party.network = contact.network or party.network


def _route(device: Device, contact: Contact) -> tuple[Party, Channel]:
    party = device.parties.get(contact.domain)
    if party is None:
        party = device.parties[contact.domain] = _meet(device, contact)
    if contact.host and contact.host not in party.hosts and len(party.hosts) < MAX_HOSTS:
        party.hosts.append(contact.host)
    channel = party.channel(contact)
    if len(device.routes) >= MAX_ROUTES:
        device.routes.clear()
    device.routes[contact.domain, contact.host, contact.proto, contact.port] = (party, channel)
    return party, channel


def _meet(device: Device, contact: Contact) -> Party:
    if len(device.parties) >= MAX_PARTIES:
        _forget(device)
    return Party(
        contact.domain,
        contact.organisation,
        contact.role,
        contact.purpose,
        contact.organisation_country,
        contact.outcome,
        contact.reason,
        contact.ts,
        contact.until,
    )


def _renew(party: Party, contact: Contact) -> None:
    """Take over what is known by now of the party: a device's maker is often learnt after its first flows."""
    party.organisation = contact.organisation
    party.role = contact.role
    party.purpose = contact.purpose
    party.organisation_country = contact.organisation_country
    party.outcome = contact.outcome
    party.reason = contact.reason


def _forget(device: Device) -> None:
    """Drop an eighth of the parties: those met on one day alone go first, of them those not met for longest.

    So made-up names push each other out, and not whom the device lives with. One sort pays for a hundred.
    """
    oldest = sorted(
        device.parties.values(), key=lambda party: (len(party.days) > 1, party.last_ts, party.domain)
    )
    for party in oldest[: MAX_PARTIES // 8]:
        del device.parties[party.domain]
        device.dropped += 1
    device.routes.clear()


def _hour(party: Party, number: int) -> Hour:
    hour = party.hours[number] = Hour(number)
    passed = int(party.last_ts // HOUR_S) - HOURS_KEPT
    if len(party.hours) > HOURS_KEPT:
        for old in [n for n, row in party.hours.items() if n < passed and not row.dirty]:
            del party.hours[old]
    return hour


def _country(party: Party, country: str) -> dict[int, int]:
    days: dict[int, int] = {}
    if len(party.countries) < MAX_COUNTRIES:
        party.countries[country] = days
    return days


def forget_old_days(device: Device, oldest: int) -> None:
    """Drop the daily counts of countries before the day `oldest`; the country itself stays known."""
    for party in device.parties.values():
        for days in party.countries.values():
            for day in [day for day in days if day < oldest]:
                del days[day]
