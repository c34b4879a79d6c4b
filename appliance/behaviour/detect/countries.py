"""A party's data goes to another country than before. Does no I/O."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from appliance.behaviour import changes
from appliance.behaviour.facts import Change
from appliance.behaviour.ranks import chance_of_at_least
from appliance.behaviour.spans import DAY_S
from appliance.behaviour.state import Device, Party
from appliance.behaviour.watch import Watch

WINDOW_DAYS: Final = 7
LEAST_DAYS: Final = 3
FLAP_SHARE: Final = 0.15
"""Share of uploads that geo-DNS sends to a neighbour country for no reason: a tenth, and half of it more."""

CHANCE: Final = 1e-4
LEAST_BASE_DAYS: Final = 3
MAX_COUNTED: Final = 50
"""Uploads in a day count no further for one country: a day is a day, and the sums stay small."""


def moved(device: Device, day: int, watch: Watch) -> Iterator[Change]:
    """Yield a change for each party that settled in a country it was not in before."""
    for party in device.parties.values():
        if len(party.countries) > 1 and party.status == "known" and party.outcome not in ("local", "hidden"):
            yield from _moved(device, party, day, watch)
        elif not party.told_countries and len(party.countries) == 1:
            party.told_countries = list(party.countries)


def _moved(device: Device, party: Party, day: int, watch: Watch) -> Iterator[Change]:
    if not party.told_countries:
        party.told_countries = sorted(party.countries)
        return
    recent = range(day - WINDOW_DAYS + 1, day + 1)
    for country in sorted(set(party.countries) - set(party.told_countries)):
        if not _settled(party, country, recent):
            continue
        since = min(party.countries[country])
        earlier = {d for c in party.told_countries for d in party.countries.get(c, ()) if d < since}
        if len(earlier) < LEAST_BASE_DAYS:
            party.told_countries = sorted([*party.told_countries, country])
            continue
        before = {
            "server_countries": list(party.told_countries),
            "watched_days": watch.in_days(min(earlier) * DAY_S, since * DAY_S),
        }
        party.told_countries = sorted([*party.told_countries, country])
        after = {
            **changes.surroundings(party),
            "new_country": country,
            "days_seen": sum(d in party.countries[country] for d in recent),
            "share": round(_counts(party, country, recent)[0] / _counts(party, country, recent)[1], 2),
            "watched_days": watch.in_days(since * DAY_S, (day + 1) * DAY_S),
        }
        yield changes.tell(
            device,
            changes.make(
                device, party, "new_country", since * DAY_S, before=before, after=after, watch=watch
            ),
        )


def _settled(party: Party, country: str, recent: range) -> bool:
    """Return whether the country is more than the flapping of geo-DNS."""
    if sum(day in party.countries[country] for day in recent) < LEAST_DAYS:
        return False
    here, everywhere = _counts(party, country, recent)
    return chance_of_at_least(here, everywhere, FLAP_SHARE) < CHANCE


def _counts(party: Party, country: str, recent: range) -> tuple[int, int]:
    """Return the uploads of the last days into the country and into all, each day scaled to the same size."""
    here = everywhere = 0
    for day in recent:
        total = sum(days.get(day, 0) for days in party.countries.values())
        if total:
            scale = min(1.0, MAX_COUNTED / total)
            here += int(party.countries[country].get(day, 0) * scale)
            everywhere += max(1, int(total * scale))
    return min(here, everywhere), everywhere
