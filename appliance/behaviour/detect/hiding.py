"""Names that could be seen are hidden now: encrypted ClientHellos, encrypted DNS, tunnels. Does no I/O."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from appliance.behaviour import changes
from appliance.behaviour.facts import Change, Contact
from appliance.behaviour.spans import HOUR_S
from appliance.behaviour.state import Device, Party
from appliance.behaviour.watch import Watch

HIDDEN_HOURS: Final = 2
"""Hours with hidden uploads before it is said: one may be a trial of the other end."""

NAMED_BEFORE: Final = 50
"""Uploads to named parties before hiding is a change and not a habit."""


def hid(device: Device, party: Party, contact: Contact, watch: Watch) -> Iterator[Change]:
    """Yield the change when a device whose parties had names begins to hide them; told of the first one.

    Asked of hidden uploads only; `device.named` counts the others.
    """
    if device.hides:
        return
    if not device.learned or device.named < NAMED_BEFORE:
        device.hides = True
        return
    hour = int(contact.ts // HOUR_S)
    device.hidden_ts = contact.ts if device.hidden_ts is None else min(device.hidden_ts, contact.ts)
    if hour not in device.hidden_hours:
        device.hidden_hours = [*device.hidden_hours, hour]
    if len(device.hidden_hours) < HIDDEN_HOURS:
        return
    device.hides = True
    before = {"named_uploads": device.named, "watched_days": watch.in_days(device.first_ts, contact.ts)}
    after = {**changes.surroundings(party), "reason": contact.reason}
    made = changes.make(
        device,
        party,
        "name_hidden",
        device.hidden_ts,
        before=before,
        after=after,
        watch=watch,
        evidence=(contact.uid,),
    )
    yield changes.tell(device, made)
