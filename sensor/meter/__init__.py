"""Blocks of a capture → flows, and the few packets worth dissecting. Does no I/O.

Two meters give the same answers: `_meter.c`, compiled, and `reference`, plain Python. `new_meter` takes the
first where it was built.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from sensor.meter.block import Block
from sensor.meter.names import MAX_FLOWS, OTHER_KINDS, PROTOCOLS

if TYPE_CHECKING:
    from sensor.meter.items import Item

__all__ = ["MAX_FLOWS", "Block", "Meter", "NoNativeMeter", "new_meter"]

_meter: Any
try:
    from sensor.meter import _meter
except ImportError:  # not built: no compiler was at hand when this was installed
    _meter = None


class Meter(Protocol):
    """Counts packets in flows and picks those worth dissecting. Time is that of the packets."""

    def feed(self, block: Block) -> Sequence[Item]:
        """Return what this block brought, in capture order, however the capture was cut into blocks.

        The native meter makes each item when it is asked for, a packet's payload out of the block's data:
        read what is returned before that is filled again.
        """

    def tick(self, ts_ns: int) -> Sequence[Item]:
        """Return the flows that the passing of time alone ends; live, the line may be quiet."""

    def flush(self, most: int | None = None) -> Sequence[Item]:
        """Return the flows that remain, by time and uid; with `most`, at most that many: ask until none come.

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
        from sensor.meter.reference import ReferenceMeter  # noqa: PLC0415 - the native one starts without it

        return ReferenceMeter(max_flows)
    if _meter is None:
        raise NoNativeMeter("no compiled meter found; build it with: python setup.py build_ext --inplace")
    meter: Meter = _meter.Meter(_record_types, PROTOCOLS, OTHER_KINDS, max_flows)
    return meter


def _record_types() -> tuple[type, ...]:
    """Return the types of what is made of items; the native meter asks when the first is made."""
    from sensor.packet import Packet  # noqa: PLC0415 - whoever only counts starts without them
    from sensor.records import FlowRecord, Loss, Weird  # noqa: PLC0415

    return FlowRecord, Packet, Weird, Loss
