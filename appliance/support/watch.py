"""What the passing of time means for support: a reminder before the end, a finding after it. Does no I/O."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from appliance.declared.document import Claim
from appliance.devices.registry import Devices
from appliance.findings import support_ended, support_ending
from appliance.findings.finding import Finding
from appliance.findings.findings import Findings
from appliance.findings.kind import Kind
from appliance.support.ledger import ALIVE_S, ENDED, ENDING, standing

KINDS: Final[dict[str, Kind]] = {ENDING: support_ending.KIND, ENDED: support_ended.KIND}


def due(now: float, devices: Devices, findings: Findings, claims: Sequence[Claim] = ()) -> Iterator[Finding]:
    """Yield what is due at `now` for each device seen lately; the same is noted once a UTC day.

    `claims` are those on the end of support that makers' documents hold.

    A device that lies in a drawer is passed: nothing of it can be reached.
    """
    for device in devices.ids():
        record = devices.record(device)
        if now - record.last_ts > ALIVE_S:
            continue
        stands = standing(record, (), (), now, claims)
        kind = KINDS.get(stands.state)
        if kind is not None:
            yield from findings.note(device, kind, now, stands.until or "")
