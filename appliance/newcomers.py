"""New devices, announced once each, and a flood of made-up ones, told once. Does no I/O, has no clock."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from typing import Final

from appliance.behaviour.changes import change_id
from appliance.behaviour.facts import Change
from appliance.devices.device import DeviceRecord
from appliance.devices.registry import Devices
from sensor.records import Loss

LEARNING_S: Final = 86_400.0
"""A home is learnt for a day: what comes in it was there before Tattlebox was."""

SETTLE_S: Final = 600.0
"""So long after its first packet a device is announced: by then it has said what it is, and a phone's new
private address has been merged with the phone."""

FLOOD_DEVICES: Final = 256
FLOOD_S: Final = 600.0
"""So many newcomers in so short a time are no devices: not even a whole home (a /24) that is switched on."""

NEW_DEVICE: Final = "new_device"
FLOOD: Final = "device_flood"


class Newcomers:
    """Remembers who has come and not been announced; the home asks when `next_ts` has passed."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[float, str]] = deque()  # (when to announce, device), in order
        self._recent: deque[float] = deque(maxlen=FLOOD_DEVICES)
        self._flood_until = -math.inf
        self.next_ts = math.inf

    def resume(self, devices: Devices, now: float | None) -> None:
        """Take up after a restart: who came shortly before it has not been announced yet."""
        came = sorted((devices.record(device).first_ts, device) for device in devices.ids())
        for ts, device in came:
            if now is not None and ts + SETTLE_S > now:
                self._waiting.append((ts + SETTLE_S, device))
        self.next_ts = self._waiting[0][0] if self._waiting else math.inf

    def arrive(self, device: str, ts: float) -> Iterator[Loss]:
        """Note a device never seen before; yield the notice of a flood at its beginning, once."""
        in_flood = ts < self._flood_until
        self._recent.append(ts)
        crowded = len(self._recent) == FLOOD_DEVICES and ts - self._recent[0] < FLOOD_S
        if crowded:
            self._flood_until = ts + FLOOD_S
            self._waiting.clear()
            self.next_ts = math.inf
        if crowded and not in_flood:
            yield Loss(ts, ts, FLOOD, 0, _FLOOD_TEXT)
        if not crowded and not in_flood:
            self._waiting.append((ts + SETTLE_S, device))
            self.next_ts = self._waiting[0][0]

    def due(self, now: float, first_ts: float, devices: Devices) -> Iterator[Change]:
        """Yield the announcement of each device whose time has come and that is still there."""
        while self._waiting and self._waiting[0][0] <= now:
            _, device = self._waiting.popleft()
            known = devices.ids()
            if device in known and not devices.same_again(device):
                record = devices.record(device)
                if record.first_ts - first_ts >= LEARNING_S:
                    yield _announcement(record, len(known))
        self.next_ts = self._waiting[0][0] if self._waiting else math.inf


_FLOOD_TEXT: Final = (
    f"{FLOOD_DEVICES} devices never seen before came within {FLOOD_S / 60:.0f} minutes: somebody makes up "
    "addresses; the devices known for a day are kept, the newcomers are not announced"
)


def _announcement(record: DeviceRecord, known: int) -> Change:
    return Change(
        id=change_id(record.device, NEW_DEVICE, None, record.first_ts),
        ts=record.first_ts,
        device=record.device,
        kind=NEW_DEVICE,
        domain=None,
        organisation=None,
        role=None,
        before={"devices": known - 1},
        after={"devices": known, "vendor": record.vendor, "category": record.category, "doubts": []},
        update=None,
        certainty="confirmed",
        evidence=(),
    )
