"""Blocks of a capture → flows, and the few packets worth dissecting. Does no I/O.

Two meters give the same answers: `_meter.c`, compiled, and `reference`, plain Python. `new_meter` takes the
first where it was built.
"""

from __future__ import annotations

import secrets
from typing import Any, Protocol

from sensor.meter.block import Block
from sensor.meter.flowid import PROTOCOLS
from sensor.meter.parse import OTHER_KINDS
from sensor.meter.reference import MAX_FLOWS, Item, ReferenceMeter
from sensor.packet import Packet
from sensor.records import FlowRecord, Loss, Weird

__all__ = ["MAX_FLOWS", "Block", "Item", "Meter", "new_meter"]

_meter: Any
try:
    from sensor.meter import _meter
except ImportError:  # not built: no compiler was at hand when this was installed
    _meter = None


class Meter(Protocol):
    """Counts packets in flows and picks those worth dissecting. Time is that of the packets."""

    def feed(self, block: Block) -> list[Item]:
        """Return what this block brought, in capture order, however the capture was cut into blocks."""

    def tick(self, ts_ns: int) -> list[Item]:
        """Return the flows that the passing of time alone ends; live, the line may be quiet."""

    def flush(self, most: int | None = None) -> list[Item]:
        """Return the flows that remain, by time and uid. With `most`, at most that many: ask until it is [].

        The meter then begins anew: the next block may be of another time.
        """

    def stats(self) -> dict[str, int]:
        """Return counts since the start.

        `packets` is `flow_packets` + `weird_packets` + all `other_…` (frames without IP, by kind); then
        `wire_bytes`, `flows` (begun) and `evictions`.
        """


class NoNativeMeter(RuntimeError):
    """The compiled meter was asked for and is not there."""


def new_meter(native: bool | None = None, max_flows: int = MAX_FLOWS) -> Meter:
    """Return a meter: the native one if it was built, or the one that was asked for.

    Raises NoNativeMeter when the native one was asked for and was not built.
    """
    if native is False or (native is None and _meter is None):
        return ReferenceMeter(max_flows)
    if _meter is None:
        raise NoNativeMeter("no compiled meter found; build it with: python setup.py build_ext --inplace")
    types = (FlowRecord, Packet, Weird, Loss)
    meter: Meter = _meter.Meter(*types, PROTOCOLS, OTHER_KINDS, secrets.token_bytes(16), max_flows)
    return meter
