"""Records of a large home in any number of days: the demonstration household told again with other numbers.

What devices do and say is the household's. It stands in the home several times, with other MACs and addresses
each time; and each of its days is told many times over in one day, for as many flows as asked for.
Times, uids, community ids, ports and sizes are drawn anew for each telling.
"""

from __future__ import annotations

import os
import random
from base64 import urlsafe_b64encode
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sensor.communityid import community_id_of
from sensor.records import (
    DhcpAck,
    DhcpRequest,
    FlowRecord,
    MdnsService,
    Neighbour,
    Record,
    SsdpAnnouncement,
    from_json,
    to_json,
)
from tests.household.generate import END, generate
from tests.household.home import DEVICES

DAY_S = 86_400.0
EPHEMERAL = 32_768
SPREAD_S = 1_800.0  # a telling is so much sooner or later than the first
ONCE = (DhcpAck, DhcpRequest, MdnsService, Neighbour, SsdpAnnouncement)
"""Told as often as one device says them, however many flows it has."""


class HomeSource:
    """A home of `devices` devices (a multiple of eight), whose days are told over and over."""

    def __init__(self, devices: int, flows_a_day: int, seed: int, days: int = 28) -> None:
        """`days` of the household are told in turn."""
        self._draw, self._days = random.Random(seed), days
        self._homes = [
            _by_day(_renamed(generate(1, days + 1, END), n)) for n in range(devices // len(DEVICES))
        ]
        flows = sum(isinstance(record, FlowRecord) for day in range(days) for record in self._homes[0][day])
        self._tellings = max(1, round(flows_a_day * days / flows / len(self._homes)))

    def day(self, number: int, start: float) -> list[Record]:
        """Return the records of the day that begins at `start`, in the order a sensor would tell them."""
        rows: list[tuple[float, int, Record]] = []
        for home in self._homes:
            for telling in range(self._tellings):
                shift = self._draw.uniform(-SPREAD_S, SPREAD_S) if telling else 0.0
                for record in self._told(home[number % self._days], start + shift, bool(telling)):
                    rows.append((record.ts + getattr(record, "duration_s", 0.0), len(rows), record))
        return [record for *_, record in sorted(rows)]

    def _told(self, day: list[Record], start: float, again: bool) -> Iterator[Record]:
        names: dict[str, dict[str, Any]] = {}
        for record in day:
            if again and isinstance(record, ONCE):
                continue
            fields: dict[str, Any] = {"ts": round(start + record.ts % DAY_S, 6)}
            uid = getattr(record, "uid", None)
            if uid:
                name = names.get(uid) or names.setdefault(uid, self._name())
                fields["uid"] = name["uid"]
                if isinstance(record, FlowRecord):
                    port = name["orig_p"] if record.orig_p >= EPHEMERAL else record.orig_p
                    ends = record.proto, record.orig_h, port, record.resp_h, record.resp_p
                    fields |= self._sizes(record) | {"orig_p": port, "community_id": community_id_of(*ends)}
            yield record._replace(**fields)

    def _name(self) -> dict[str, Any]:
        return {
            "uid": "F" + urlsafe_b64encode(os.urandom(12)).decode(),
            "orig_p": self._draw.randrange(EPHEMERAL, 61_000),
        }

    def _sizes(self, flow: FlowRecord) -> dict[str, Any]:
        grown = self._draw.uniform(0.8, 1.25)
        up, down = int(flow.orig_bytes * grown), int(flow.resp_bytes * grown)
        return {
            "duration_s": round(flow.duration_s * grown, 6),
            "orig_bytes": up,
            "resp_bytes": down,
            "orig_wire_bytes": flow.orig_wire_bytes - flow.orig_bytes + up,
            "resp_wire_bytes": flow.resp_wire_bytes - flow.resp_bytes + down,
            "orig_ip_bytes": flow.orig_ip_bytes - flow.orig_bytes + up,
            "resp_ip_bytes": flow.resp_ip_bytes - flow.resp_bytes + down,
        }


def _renamed(records: list[Record], number: int) -> Iterator[Record]:
    """Yield the household's records as those of another: `number` is added to its MACs and its network."""
    for record in records:
        text = to_json(record)
        for device in DEVICES if number else ():
            last = (int(device.mac[-2:], 16) + 7 * number) % 256
            text = text.replace(device.mac, f"{device.mac[:-2]}{last:02x}")
        yield from_json(text.replace("192.168.77.", f"192.168.{77 + number}.") if number else text)


def _by_day(records: Iterator[Record]) -> dict[int, list[Record]]:
    """Return the records of whole days, counted from the first."""
    days: dict[int, list[Record]] = defaultdict(list)
    first = None
    for record in records:
        first = record.ts // DAY_S + 1 if first is None else first
        days[int(record.ts // DAY_S - first)].append(record)
    return days
