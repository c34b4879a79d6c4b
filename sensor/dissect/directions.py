"""Which stream dissector reads which direction of which TCP connection: the table between. No I/O.

A direction begins, for us, at the first segment that a dissector claims: a capture may start in the middle,
the second half of a hello may overtake the first, and STARTTLS comes after some lines of mail.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sensor.dissect.interface import StreamDissector
from sensor.packet import Packet
from sensor.records import Observation, Weird
from sensor.stream import Stream

MAX_DIRECTIONS: Final = 65_536
"""Directions remembered: a busy home has some thousand connections; 65,536 empty ones cost about 15 MB."""

MAX_UNCLAIMED_SEGMENTS: Final = 16
"""Segments of a direction that are offered to the dissectors: a hello begins in the first few or not at all
(STARTTLS after at most some ten lines)."""

MAX_EARLY_SEGMENTS: Final = 4
"""Unclaimed segments kept in case the one before them is late."""

MAX_KEPT_BYTES: Final = 16 * 1024 * 1024
"""Payload kept in all directions together, waiting for segments that are late."""

Key = tuple[str, bool]


class _Direction:
    """One direction that is not done."""

    __slots__ = ("dissector", "early", "kept_bytes", "offered", "stream")

    def __init__(self) -> None:
        self.dissector: StreamDissector | None = None
        self.stream = Stream(0)
        self.early: list[tuple[int, bytes]] = []
        self.offered = 0
        self.kept_bytes = 0


class Directions:
    """Feeds segments in order to their dissectors. `given_up` counts directions lost to a gap or a bound."""

    def __init__(self, dissectors: Iterable[type[StreamDissector]]) -> None:
        self.given_up = 0
        self._dissectors = tuple(dissectors)
        self._table: dict[Key, _Direction | None] = {}  # None: done
        self._kept_bytes = 0

    def feed(self, packet: Packet) -> Iterable[Observation | Weird]:
        """Return what this segment completes."""
        key = (packet.uid, packet.is_orig)
        direction = self._table.get(key, _UNKNOWN)
        if direction is None or not packet.payload:
            return ()
        if direction is _UNKNOWN:
            direction = self._open(key)
        found: Iterable[Observation | Weird] = ()
        if direction.dissector or self._claimed(direction, packet):
            found = self._advance(key, direction, packet)
        else:
            self._set_aside(key, direction, packet)
        return found

    def forget(self, uid: str) -> None:
        """Drop a connection that has ended."""
        self._close((uid, True), keep=False)
        self._close((uid, False), keep=False)

    def _open(self, key: Key) -> _Direction:
        while len(self._table) >= MAX_DIRECTIONS or self._kept_bytes > MAX_KEPT_BYTES:
            self._close(next(iter(self._table)), keep=False)
        direction = self._table[key] = _Direction()
        return direction

    def _claimed(self, direction: _Direction, packet: Packet) -> bool:
        for dissector in self._dissectors:
            if dissector.claims(packet):
                direction.dissector = dissector()
                direction.stream = Stream(packet.seq)
                return True
        return False

    def _advance(self, key: Key, direction: _Direction, packet: Packet) -> Iterable[Observation | Weird]:
        stream, dissector = direction.stream, direction.dissector
        data = stream.add(packet.seq, packet.payload)
        for seq, early in direction.early:
            data += stream.add(seq, early)
        direction.early = []
        found: Iterable[Observation | Weird] = ()
        if data and dissector:
            found = list(dissector.feed(packet, data))
        if stream.given_up or (dissector and dissector.done):
            self._close(key, keep=True)
        else:
            self._account(direction, stream.waiting_bytes)
        return found

    def _set_aside(self, key: Key, direction: _Direction, packet: Packet) -> None:
        direction.offered += 1
        if direction.offered >= MAX_UNCLAIMED_SEGMENTS:
            self._close(key, keep=True)
            return
        direction.early = [*direction.early[1 - MAX_EARLY_SEGMENTS :], (packet.seq, packet.payload)]
        self._account(direction, sum(len(data) for _, data in direction.early))

    def _account(self, direction: _Direction, kept_bytes: int) -> None:
        self._kept_bytes += kept_bytes - direction.kept_bytes
        direction.kept_bytes = kept_bytes

    def _close(self, key: Key, *, keep: bool) -> None:
        """End a direction; `keep` remembers that it is done, so that its later segments are passed over."""
        direction = self._table.pop(key, None)
        if direction:
            self._account(direction, 0)
            self.given_up += direction.stream.incomplete
        if keep:
            self._table[key] = None


_UNKNOWN: Final = _Direction()
