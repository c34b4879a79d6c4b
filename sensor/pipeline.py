"""Blocks of packets in, records out, in capture order. No I/O, no clock.

The meter counts every packet and hands up the few worth reading; here each goes to the dissector of its kind
and port, and what the meter says itself is passed through.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Final, Protocol

from sensor.dissect import DATAGRAM_DISSECTORS, STREAM_DISSECTORS
from sensor.dissect.directions import Directions
from sensor.dissect.interface import DatagramDissector
from sensor.packet import Packet
from sensor.quick import new_reader
from sensor.records import FlowRecord, Loss, Record, SensorStats, Weird
from sensor.wire.fragments import Fragments

MAX_WEIRDS_PER_FLOW: Final = 3
"""Weirds of one name passed on for one flow in one span: the first tells the story, the next confirm it."""

MAX_WEIRDS_PER_SPAN: Final = 100
"""Weirds of one name passed on in one span, whatever their flows: a flood forges its addresses."""

SPAN_S: Final = 60.0
"""After so much capture time the bounds begin anew and what was held back is reported as a number."""


FLUSHED_AT_ONCE: Final = 10_000
"""Flows asked of the meter at a time when a capture ends: a million at once would take a gigabyte."""

RUN_ITEMS: Final = 256
"""Items read at a time: their records stay in the first caches until they are handed on."""

Item = Packet | FlowRecord | Weird | Loss


class Meter(Protocol):
    """What the pipeline needs of a meter, native or plain."""

    def feed(self, block: Any) -> Sequence[Item]:
        """Return what a block of packets gives, in capture order."""

    def flush(self, most: int | None = None) -> Sequence[Item]:
        """Return what is still open at the end, at most `most`; [] when there is no more."""

    def tick(self, ts_ns: int) -> Sequence[Item]:
        """Return what the passing of time alone ends."""

    def stats(self) -> dict[str, int]:
        """Return counts since the start; see sensor.meter.Meter."""


class Pipeline:
    """One capture, file or live. Whatever the packets hold, it does not raise."""

    def __init__(self, meter: Meter, native: bool | None = None) -> None:
        """`native` chooses the reader; see sensor.quick.new_reader."""
        self._meter = meter
        self._directions = Directions(STREAM_DISSECTORS)
        self._fragments = Fragments()
        self._by_port: dict[tuple[str, int], DatagramDissector] = {}
        self._any_port: dict[str, tuple[DatagramDissector, ...]] = {}
        self._weirds = WeirdLimit()
        self._reported = 0  # of the directions given up
        self._since = 0.0
        self._handed_on = 0
        for made in DATAGRAM_DISSECTORS:
            self._register(made())
        self._reader = new_reader(native, self._directions, self._by_port, SPAN_S)

    def feed(self, block: Any) -> Iterator[Record]:
        """Yield the records that a block completes."""
        return self._records(self._meter.feed(block))

    def flush(self) -> Iterator[Record]:
        """Yield the records that the end of the capture completes."""
        while items := self._meter.flush(FLUSHED_AT_ONCE):
            yield from self._records(items)
        yield from self._counted()

    def tick(self, ts: float) -> Iterator[Record]:
        """Yield the records that the passing of time alone completes; live, the line may be quiet."""
        return self._records(self._meter.tick(int(ts * 1e9)))

    def stats(self) -> SensorStats:
        """Return the numbers that come from the packets alone; the others are 0."""
        counts = self._meter.stats()
        other = {name[6:]: count for name, count in counts.items() if name.startswith("other_") and count}
        return SensorStats(
            ts=max(self._reader.latest, self._reader.last_ts),
            started=0.0,
            interfaces=(),
            down=(),
            packets=counts["packets"],
            wire_bytes=counts["wire_bytes"],
            flow_packets=counts["flow_packets"],
            weird_packets=counts["weird_packets"],
            other=tuple(sorted(other.items())),
            flows=counts["flows"],
            evictions=counts["evictions"],
            reassembly=self._directions.given_up,
            weirds=tuple(sorted(self._weirds.total.items())),
            records=self._handed_on,
            kernel_drops=0,
            queued=0,
            queue_lost=0,
            lag_s=0.0,
            rss_bytes=0,
            cpu_s=0.0,
            cpu_percent=0.0,
        )

    def _register(self, dissector: DatagramDissector) -> None:
        for port in dissector.PORTS:
            self._by_port[dissector.KIND, port] = dissector
        if not dissector.PORTS:
            self._any_port[dissector.KIND] = (*self._any_port.get(dissector.KIND, ()), dissector)

    def _records(self, items: Sequence[Item]) -> Iterator[Record]:
        return chain.from_iterable(self._runs(items))

    def _runs(self, items: Sequence[Item]) -> Iterator[Sequence[Record]]:
        """Yield what the items say: of runs of them as the quick reader says it, of the others one by one."""
        at, end = 0, len(items)
        while at < end:
            stop = min(at + RUN_ITEMS, end)
            records: list[Record] = []
            room = self._directions.has_room
            at = self._reader.read(items, at, stop, records, self._since, room)
            self._handed_on += len(records)
            yield records
            if at < stop:
                yield self._slowly(items[at])
                at += 1

    def _slowly(self, item: Item) -> Sequence[Record]:
        counted: Sequence[Record] = ()
        if isinstance(item, Packet | Weird):
            if item.ts - self._since >= SPAN_S:
                counted = self._counted()
                self._since = item.ts
            self._reader.latest = item.ts
        records = self._one(item)
        self._handed_on += len(records)
        return [*counted, *records] if counted else records

    def _one(self, item: Item) -> list[Record]:
        """Return what one item says."""
        if isinstance(item, FlowRecord):
            reader = self._reader
            reader.last_ts = max(reader.last_ts, item.ts + item.duration_s)
            ended = item.proto == "tcp" and item.end != "active"
            return [*(self._directions.forget(item.uid) if ended else ()), item]
        if isinstance(item, Loss):
            return [item]
        if isinstance(item, Weird):
            return [item] if self._weirds.passes(item) else []
        found = list(self._read(item))
        self._reader.learn(found)
        return [record for record in found if not isinstance(record, Weird) or self._weirds.passes(record)]

    def _read(self, packet: Packet) -> Iterable[Record]:
        """Return what one packet says."""
        kind = packet.kind
        if kind == "tcp":
            return self._directions.feed(packet)
        if kind == "fragment":
            whole = self._fragments.add(packet)
            return self._read(whole) if isinstance(whole, Packet) else (whole,) if whole else ()
        by_port = self._by_port
        dissector = by_port.get((kind, packet.dport)) or by_port.get((kind, packet.sport))
        if dissector and dissector.accepts(packet):
            return dissector.dissect(packet)
        for dissector in self._any_port.get(kind, ()):
            if dissector.accepts(packet):
                return dissector.dissect(packet)
        return ()

    def _counted(self) -> list[Record]:
        """Return the numbers of what was held back or lost since `_since`."""
        until = self._reader.latest
        records: list[Record] = [*self._weirds.held_back(until)]
        lost = self._directions.given_up - self._reported
        if lost:
            self._reported += lost
            detail = "TCP directions whose first bytes could not be put in order: a segment is missing or cut"
            records.append(Loss(self._since, until, "reassembly", lost, detail))
        return records


class WeirdLimit:
    """Lets the first Weirds of each name and flow through and counts the others."""

    def __init__(self) -> None:
        self._names: dict[str, int] = {}  # the names are ours, so there are few
        self._flows: dict[tuple[str, str | None], int] = {}  # at most MAX_WEIRDS_PER_SPAN a name
        self._held_back: dict[str, int] = {}
        self.total: dict[str, int] = {}  # by name, since the start

    def passes(self, weird: Weird) -> bool:
        """Return whether to pass the Weird on; count it where not."""
        name, flow = weird.name, (weird.name, weird.uid)
        self.total[name] = self.total.get(name, 0) + 1
        of_name, of_flow = self._names.get(name, 0), self._flows.get(flow, 0)
        if of_name >= MAX_WEIRDS_PER_SPAN or (weird.uid and of_flow >= MAX_WEIRDS_PER_FLOW):
            self._held_back[name] = self._held_back.get(name, 0) + 1
            return False
        self._names[name], self._flows[flow] = of_name + 1, of_flow + 1
        return True

    def held_back(self, ts: float) -> list[Weird]:
        """Return one Weird for each name that was held back, with the number, and begin anew."""
        found = [
            Weird(ts, name, None, None, None, f"{count} more of this name were counted and not listed")
            for name, count in self._held_back.items()
        ]
        self._names, self._flows, self._held_back = {}, {}, {}
        return found
