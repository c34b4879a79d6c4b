"""Parties the device no longer meets. Does no I/O."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from appliance.behaviour import baseline, browsing, changes, use
from appliance.behaviour.facts import Change
from appliance.behaviour.spans import DAY_S
from appliance.behaviour.state import Device, Party
from appliance.behaviour.use import Use
from appliance.behaviour.watch import Watch

BASE_DAYS: Final = 28
LEAST_BASE_DAYS: Final = 7
SILENT_DAYS: Final = 7
SILENT_DAYS_UPDATED: Final = 4
"""Fewest active days of silence, without and with an update before it."""

CHANCE: Final = 2e-4
"""How likely the silence may be by chance for a party met on as many days as before."""

SURE_SHARE: Final = 0.9
"""A party met every day is counted as met on nine of ten: no habit is that strict."""

LEAST_SHARE: Final = 0.35
"""A party met on fewer days than this cannot be missed within the days kept."""

MISSED: Final = 2
"""A party is missed when so many of its usual pauses went by."""

ALONE_DAYS: Final = 28
"""Silence of a party that follows play, when nothing else shows whether the device was in use: longer than a
holiday."""


def gone(device: Device, days: list[int], used: Use, watch: Watch) -> Iterator[Change]:
    """Yield a change for each party that fell silent while the device went on; `days` are its active days."""
    for party in list(device.parties.values()):
        if party.status == "known" and party.outcome != "local" and party.last_upload is not None:
            change = _gone(device, party, (days, used), watch)
            if change is not None and not _kin_met(device, party, change.ts):
                party.status = "gone"
                yield changes.tell(device, change)


def _gone(device: Device, party: Party, span: tuple[list[int], Use], watch: Watch) -> Change | None:
    days, used = span
    met = _met(party)
    if not met or not days:
        return None
    silent = [day for day in days if day > max(met)]
    base = [day for day in days if min(met) <= day <= max(met)][-BASE_DAYS:]
    if len(silent) < SILENT_DAYS_UPDATED or len(base) < LEAST_BASE_DAYS:
        return None
    last = party.last_upload or 0.0
    updated = device.last_update(silent[-1] * DAY_S + DAY_S, changes.AFTER_UPDATE_S)
    least = SILENT_DAYS if updated is None or updated < last - DAY_S else SILENT_DAYS_UPDATED
    if len(silent) < least or not _unlikely(used, party, (base, silent), least):
        return None
    ts = float((silent[-1] + 1) * DAY_S)
    before = {**baseline.describe(party, base), "watched_days": watch.in_days(base[0] * DAY_S, last)}
    after = {
        **baseline.describe(party, silent),
        "silent_days": round((ts - last) / DAY_S, 2),
        "watched_days": watch.in_days(last, ts),
        **changes.surroundings(party),
        "discoveries_28d": browsing.discoveries(device, ts),
        "seldom_parties": browsing.seldom(device, party),
    }
    made = changes.make(device, party, "gone_party", ts, before=before, after=after, watch=watch)
    return made._replace(update=_update(device, last, len(base) / len(met.intersection(base))))


def _update(device: Device, last: float, every_days: float) -> float | None:
    """Return the update after which a party met every so many days was missed: one about its last upload."""
    missed = last + DAY_S * max(1.0, MISSED * every_days)
    return device.last_update(missed, missed - last + DAY_S)


def _met(party: Party) -> set[int]:
    """Return the days on which the device sent the party something."""
    return {day for day, row in party.days.items() if row[0]}


def _unlikely(used: Use, party: Party, spans: tuple[list[int], list[int]], least: int) -> bool:
    """Return whether the silence is more than chance, on days on which a contact was to be expected.

    For a party that follows play these are the days on which other play-driven channels talked: a speaker
    that nobody switched on for a week has not left its radio station.
    """
    met, (base, silent) = _met(party), spans
    if not _runs_by_itself(party, base):
        players = use.others(used, party)
        if not players:
            return len(silent) >= ALONE_DAYS
        base = [day for day in base if use.used(players, day)]
        silent = [day for day in silent if use.used(players, day)]
        if len(silent) < least or len(base) < LEAST_BASE_DAYS:
            return False
    share = min(SURE_SHARE, (len(met.intersection(base)) + 0.5) / (len(base) + 1))
    return share >= LEAST_SHARE and (1 - share) ** len(silent) <= CHANCE


def _runs_by_itself(party: Party, days: list[int]) -> bool:
    if use.is_steady([party.days[day][0] if day in party.days else 0 for day in days]):
        return True
    quarters = [
        row[3] for channel in party.channels.values() for day in days if (row := channel.days.get(day))
    ]
    return use.runs_by_itself(quarters)


def _kin_met(device: Device, party: Party, ts: float) -> bool:
    """Return whether another domain of the same organisation is still met: the organisation is not gone."""
    return party.organisation is not None and any(
        other.organisation == party.organisation
        and other.last_upload is not None
        and other.last_upload > ts - SILENT_DAYS * DAY_S
        for other in device.parties.values()
        if other is not party
    )
