"""Carries out recordings that a parent asked for: tells the sensor, writes what it sends, ends in time.

Runs in the service, between two records. The packets are bytes here: nothing reads them.
"""

from __future__ import annotations

import logging
import struct
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from appliance.store.book import Book
from appliance.store.database import StoreError
from appliance.store.recordings import MOST_BYTES, Recording, Recordings, file_of
from sensor.records import MAX_MACS

log = logging.getLogger(__name__)

TURN_S: Final = 1.0
SWEEP_S: Final = 3_600.0

HEAD: Final = struct.pack("=IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262_144, 1)
"""Of a pcap file with nanoseconds and Ethernet frames, in the byte order of the machine."""


class Link(Protocol):
    """The way to the sensor: `appliance.ingest.SensorLink`."""

    greetings: int
    on_frames: Callable[[int, bytes], None] | None

    def record(self, macs: Sequence[str], until: float) -> bool: ...


class Recorder:
    """The recordings of one home on their way from the sensor to the disk."""

    def __init__(self, link: Link, store: Path, macs_of: Callable[[str], Sequence[str]]) -> None:
        """`macs_of` gives the MACs of a device, none for one that is not known."""
        self._link, self._macs_of = link, macs_of
        self._book = Book(store)
        self._recordings = Recordings(self._book)
        self._running: Recording | None = None
        self._file: BinaryIO | None = None
        self._greeting = self._size = self._dropped = 0
        self._turned = self._swept = 0.0
        link.on_frames = self.take

    def turn(self, now: float) -> None:
        """Begin, go on or end, as the store has it. `now` is of the clock on the wall."""
        if self._turned <= now < self._turned + TURN_S:
            return
        self._turned = now
        try:
            wanted = self._recordings.running(now)
            if self._running is not None and (wanted is None or wanted.id != self._running.id):
                self._end(now)
            if wanted is not None:
                self._go_on(wanted, now)
            if not self._swept <= now < self._swept + SWEEP_S:
                self._swept = now
                self._recordings.sweep(now)
        except (StoreError, OSError) as error:
            log.warning("recording error=%s", error)

    def take(self, dropped: int, frames: bytes) -> None:
        """Write packets that the sensor sent."""
        self._dropped = dropped
        if self._file is None or self._size >= MOST_BYTES:
            return
        try:
            self._size += self._file.write(frames)
        except OSError as error:  # the disk is full: what there is stays, and the recording ends
            log.warning("recording_stopped error=%s", error.strerror)
            self._size = MOST_BYTES

    def close(self, now: float) -> None:
        """End what is under way: nobody would see to it."""
        if self._running is not None:
            try:
                self._end(now)
            except StoreError as error:  # why the service ends is said by whoever met it first
                log.warning("recording error=%s", error)
        self._book.close()

    def _go_on(self, wanted: Recording, now: float) -> None:
        macs = self._macs_of(wanted.device)[:MAX_MACS]
        if not macs or self._size >= MOST_BYTES:
            self._running = wanted
            self._end(now)
            return
        if self._running is None:
            path = file_of(self._book.path, wanted.id)
            path.parent.mkdir(mode=0o750, exist_ok=True)
            self._file = path.open("ab")  # one that a restart cut off goes on
            self._size, self._dropped, self._greeting = self._file.tell() or self._file.write(HEAD), 0, -1
            self._running = wanted
        if self._greeting != self._link.greetings and self._link.record(macs, wanted.until):
            self._greeting = self._link.greetings  # a sensor that was away is told again

    def _end(self, now: float) -> None:
        assert self._running is not None  # noqa: S101 - the callers looked
        self._link.record((), now)
        if self._file is not None:
            self._file.close()
        number, self._running, self._file = self._running.id, None, None
        self._recordings.end(number, now, self._size, self._dropped)
        self._size = 0
