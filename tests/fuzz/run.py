"""Mutated packets through the sensor as it is: bytes of a capture → Pipeline → records, in one process."""

from __future__ import annotations

import struct
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

from sensor.meter import Block, new_meter
from sensor.pipeline import Pipeline
from sensor.records import FlowRecord, from_json, to_json
from tests.fuzz import seeds
from tests.fuzz.mutate import mutated

SPACING_S: Final = 0.05
"""Capture time between packets: 20 a second, so that flows end while the run goes on."""

SLOW_S: Final = 0.05
"""Processor time of one packet that counts as slow."""

WARM_UP: Final = 5_000
"""Packets before memory is first measured: modules, caches and tables of fixed size are in place then."""

MAX_GROWTH_MB: Final = 20
SHARE_MUTATED: Final = 0.6
MAX_EXAMPLES: Final = 5
MAX_SHOWN_BYTES: Final = 2000
SHOWN_MS: Final = 10
"""The slowest packet is printed when it took this long."""
START_S: Final = 1_760_000_000
PCAP_HEADER: Final = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262_144, 1)


@dataclass
class Figures:
    """What a run showed."""

    packets: int = 0
    mutated: int = 0
    records: int = 0
    weirds: int = 0
    exceptions: int = 0
    slow: int = 0
    uncounted: int = 0  # valid IP headers that no flow counted
    flow_packets_lost: int = 0  # counted by the meter and in no flow record
    worst_ms: float = 0.0
    worst_packet: str = ""
    cpu_s: float = 0.0
    rss_growth_mb: float = 0.0
    examples: list[str] = field(default_factory=list)

    def sound(self, *, memory: bool = True) -> bool:
        """Say whether the promises of docs/fuzzing.md were kept; `memory` includes that about memory."""
        faults = self.exceptions + self.slow + self.uncounted + self.flow_packets_lost
        return not faults and not (memory and self.rss_growth_mb > MAX_GROWTH_MB)

    def lines(self) -> list[str]:
        """Return the figures as `name: value`, then examples of what went wrong."""
        numbers = {name: value for name, value in vars(self).items() if isinstance(value, int | float)}
        shown = [f"worst packet: {self.worst_packet}"] if self.worst_ms > SHOWN_MS else []
        return [*(f"{name}: {round(value, 2)}" for name, value in numbers.items()), *shown, *self.examples]


class Run:
    """Feeds packet by packet; each is timed by itself."""

    def __init__(self, seed: int, native: bool | None) -> None:
        self.figures = Figures()
        self._random = Random(seed)
        self._meter: Any = new_meter(native)
        self._pipeline = Pipeline(self._meter, native)
        self._counted = 0
        self._in_records = 0
        self._base_mb = 0.0

    def go(self, packets: int) -> Figures:
        """Run until so many mutated packets were fed, among others that were left as they are."""
        self._take(PCAP_HEADER, first=True)
        while self.figures.mutated < packets:
            self._conversation()
        self._take(b"", last=True)
        self._guard(lambda: list(self._pipeline.flush()), b"")
        self.figures.flow_packets_lost = self._meter.stats()["flow_packets"] - self._in_records
        self._measure()
        return self.figures

    def _conversation(self) -> None:
        random, figures = self._random, self.figures
        frames = random.choice(seeds.conversations())
        address = bytes((10, *random.randbytes(3)))
        for frame in frames:
            data = frame.replace(seeds.HOME, address)
            if random.random() < SHARE_MUTATED:
                data = mutated(data, random.choice(random.choice(seeds.conversations())), random)
                figures.mutated += 1
            self._packet(data)

    def _packet(self, frame: bytes) -> None:
        figures = self.figures
        at = START_S + figures.packets * SPACING_S
        head = struct.pack("<IIII", int(at), int(at % 1 * 1_000_000), len(frame), len(frame))
        cpu_s = self._take(head + frame)
        figures.packets += 1
        figures.cpu_s += cpu_s
        if cpu_s * 1000 > figures.worst_ms:
            figures.worst_ms, figures.worst_packet = cpu_s * 1000, frame[:MAX_SHOWN_BYTES].hex()
        if cpu_s > SLOW_S:
            figures.slow += 1
            self._note(f"slow, {cpu_s * 1000:.0f} ms", frame)
        counted = self._meter.stats()["flow_packets"]
        if counted == self._counted and has_ip_header(frame):
            figures.uncounted += 1
            self._note("in no flow", frame)
        self._counted = counted
        if figures.packets == WARM_UP:
            self._base_mb = rss_mb()
        elif figures.packets % 10_000 == 0:
            self._measure()

    def _take(self, data: bytes, *, first: bool = False, last: bool = False) -> float:
        """Feed some bytes; return the processor time it took."""
        block = Block(data, "pcap", first, last)
        start = time.thread_time()
        self._guard(lambda: list(self._pipeline.feed(block)), data)
        return time.thread_time() - start

    def _guard(self, work: Any, data: bytes) -> None:
        """Do it; count the records, or the exception that should not have come out."""
        try:
            records = work()
        except Exception:  # noqa: BLE001 - this is what is looked for
            self.figures.exceptions += 1
            self._note(traceback.format_exc(limit=-3), data)
            return
        self.figures.records += len(records)
        for record in records:
            if isinstance(record, FlowRecord):
                self._in_records += record.orig_pkts + record.resp_pkts
            elif type(record).__name__ == "Weird":
                self.figures.weirds += 1
            elif from_json(to_json(record)) != record:
                self.figures.exceptions += 1
                self._note(f"does not come back from JSON: {record!r:.200}", data)

    def _measure(self) -> None:
        if self._base_mb:
            self.figures.rss_growth_mb = max(self.figures.rss_growth_mb, rss_mb() - self._base_mb)

    def _note(self, what: str, data: bytes) -> None:
        if len(self.figures.examples) < MAX_EXAMPLES:
            self.figures.examples.append(f"{what}: {data[:MAX_SHOWN_BYTES].hex()}")


def has_ip_header(frame: bytes) -> bool:
    """Say whether an Ethernet frame, tagged or not, holds a whole and sound IPv4 or IPv6 header."""
    at, kind = 14, frame[12:14]
    for _ in range(8):
        if kind not in (b"\x81\0", b"\x88\xa8") or len(frame) < at + 4:
            break
        at, kind = at + 4, frame[at + 2 : at + 4]
    head = frame[at:]
    if kind == b"\x08\0" and len(head) >= 20:
        size = (head[0] & 15) * 4
        total = int.from_bytes(head[2:4], "big") or len(head)  # 0: the network card cuts it later
        return head[0] >> 4 == 4 and 20 <= size <= total
    return kind == b"\x86\xdd" and len(head) >= 40 and head[0] >> 4 == 6


def rss_mb() -> float:
    """Return the resident memory of this process in megabytes (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6
