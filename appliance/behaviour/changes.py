"""How a change is made, found again and counted: shared by all detectors. Does no I/O."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any, Final

from appliance.behaviour import doubts
from appliance.behaviour.facts import Change
from appliance.behaviour.spans import DAY_S
from appliance.behaviour.state import Device, Party
from appliance.behaviour.watch import Watch

AFTER_UPDATE_S: Final = 14 * DAY_S
"""A change at most this long after an update is told with it ("first seen 2 days after an update"). A tenth
of all changes fall there by chance, so nothing says "because of"."""

QUIET_S: Final = 28 * DAY_S
"""The same kind of change of one party is told once in this time."""

KEPT_S: Final = DAY_S
"""What a device went on doing for so long after an update did not change with it."""

MAX_TOLD: Final = 2_048
"""Changes remembered per device so as not to be told twice: several per party of a full table."""


def change_id(device: str, kind: str, domain: str | None, ts: float) -> str:
    """Return the id of a change: the same input gives the same id on every machine."""
    text = f"{device}|{kind}|{domain or ''}|{ts:.6f}"
    return "c-" + blake2b(text.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def make(
    device: Device,
    party: Party | None,
    kind: str,
    ts: float,
    *,
    before: dict[str, Any],
    after: dict[str, Any],
    watch: Watch,
    certainty: str = "confirmed",
    evidence: tuple[str, ...] = (),
    within_s: float = AFTER_UPDATE_S,
    kept_until: float = 0.0,
) -> Change:
    """Return a change of the device's dealings with a party, grouped with an update shortly before it.

    `within_s` is how long before at most, `kept_until` when the old way was last seen; `after["doubts"]`,
    empty as a rule, says what else may explain it.
    """
    domain = party.domain if party else None
    update = device.last_update(ts + (DAY_S - 1 if dated_to_day(ts) else 0), within_s)
    if update is not None and kept_until > update + KEPT_S:
        update = None
    return Change(
        change_id(device.device, kind, domain, ts),
        ts,
        device.device,
        kind,
        domain,
        party.organisation if party else None,
        party.role if party else None,
        before,
        {**after, "doubts": doubts.of(device, ts, watch)},
        update,
        certainty,
        evidence,
    )


def dated_to_day(ts: float) -> bool:
    """Return whether a change is dated to a whole day: an update later on that day may precede it."""
    return ts % DAY_S == 0


def key_of(kind: str, domain: str | None) -> str:
    return f"{kind}|{domain or ''}"


def may_tell(device: Device, kind: str, domain: str, ts: float) -> bool:
    """Return whether this kind of change of this party was not told lately."""
    told = device.told.get(key_of(kind, domain))
    return told is None or ts - told >= QUIET_S


def tell(device: Device, change: Change) -> Change:
    """Remember that the change was told, also in the report of the update it belongs to."""
    device.told[key_of(change.kind, change.domain)] = change.ts
    if len(device.told) > MAX_TOLD:
        for key in sorted(device.told, key=lambda key: (device.told[key], key))[: MAX_TOLD // 8]:
            del device.told[key]
    for report in device.reports:
        if report.update == change.update:
            report.changes += 1
    return change


def surroundings(party: Party) -> dict[str, Any]:
    """Return what rules need to know of the party besides its name and role."""
    return {
        "purpose": party.purpose,
        "organisation_country": party.organisation_country,
        "server_countries": sorted(party.countries),
        "encrypted": party.encrypted,
        "outcome": party.outcome,
    }
