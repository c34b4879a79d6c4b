"""Which stream dissector reads which direction of which TCP connection: the table between. No I/O.

A direction begins, for us, at the first segment that a dissector claims: a capture may start in the middle,
the second half of a hello may overtake the first, and STARTTLS comes after some lines of mail.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Final

from sensor.dissect.http1 import Http1
from sensor.dissect.interface import StreamDissector
from sensor.packet import Packet
from sensor.records import Observation, Weird
from sensor.stream import Stream

MAX_DIRECTIONS: Final = 65_536
"""Directions remembered: a busy home has some thousand connections; 65,536 done ones cost about 10 MB."""

MAX_UNCLAIMED_SEGMENTS: Final = 16
"""Segments of a direction that are offered to the dissectors: a hello begins in the first few or not at all
(STARTTLS after at most some ten lines)."""

MAX_EARLY_SEGMENTS: Final = 4
"""Unclaimed segments kept in case the one before them is late."""

MAX_KEPT_BYTES: Final = 16 * 1024 * 1024
"""Payload kept in all directions together, waiting for segments that are late."""


class _Unclaimed:
    """A direction that no dissector has claimed: its last segments, and how many were offered."""

    __slots__ = ("early", "offered")

    def __init__(self) -> None:
        self.offered = 0
        self.early: list[tuple[int, bytes]] = []

    @property
    def kept_bytes(self) -> int:
        return sum([len(data) for _, data in self.early]) if self.early else 0

    @property
    def incomplete(self) -> bool:
        return False

    def end(self) -> tuple[Observation, ...]:
        return ()

    def keep(self, packet: Packet) -> None:
        self.offered += 1
        self.early = [*self.early[1 - MAX_EARLY_SEGMENTS :], (packet.seq, packet.payload)]


class _Claimed:
    """A direction whose dissector wants more."""

    __slots__ = ("cut", "dissector", "stream")

    def __init__(self, dissector: StreamDissector, seq: int, *, cut: bool = False) -> None:
        """`cut`: the capture holds less of a segment than the wire carried."""
        self.dissector = dissector
        self.stream = Stream(seq)
        self.cut = cut

    @property
    def kept_bytes(self) -> int:
        return self.stream.waiting_bytes

    @property
    def incomplete(self) -> bool:
        return self.stream.incomplete or (self.cut and not self.dissector.done)

    def end(self) -> tuple[Observation, ...]:
        return self.dissector.end()


_Direction = _Unclaimed | _Claimed
_Brief = tuple[Packet, ...] | int
"""What sensor.quick leaves of a direction that it began to read: the packets of a TLS message that is not
whole; or, between HTTP requests, the next sequence number and, above its 32 bits, how many there were."""
_Table = dict[str, _Direction | _Brief | None]
_Found = Iterable[Observation | Weird]
_Kept = tuple[Observation, ...]


class Directions:
    """Feeds segments in order to their dissectors. `given_up` counts directions lost to a gap, a cut
    or a bound."""

    def __init__(self, dissectors: Iterable[type[StreamDissector]]) -> None:
        self.given_up = 0
        self.kept_bytes = 0
        self._dissectors = tuple(dissectors)
        # By uid, for responders and originators; None: done.
        self.tables: tuple[_Table, _Table] = ({}, {})

    def __len__(self) -> int:
        return sum(map(len, self.tables))

    @property
    def has_room(self) -> bool:
        """Whether a new direction may be begun without a look at what the others keep."""
        return self.kept_bytes <= MAX_KEPT_BYTES

    def feed(self, packet: Packet) -> _Found:
        """Return what this segment completes."""
        table = self.tables[packet.is_orig]
        direction = table.get(packet.uid, _NEW)
        if direction is None or not packet.payload:
            return ()
        if isinstance(direction, tuple | int):
            direction = table[packet.uid] = self._resumed(direction)
        if isinstance(direction, _Claimed):
            return self._more(table, direction, packet)
        if direction is _NEW and (len(table) >= MAX_DIRECTIONS // 2 or not self.has_room):
            return [*self._make_room(table), *self._new(table, direction, packet)]
        return self._new(table, direction, packet)

    def forget(self, uid: str) -> _Found:
        """Drop a connection that has ended; return what its dissectors had kept back."""
        found: _Found = ()
        for table in self.tables:
            direction = table.pop(uid, None)
            if isinstance(direction, _Direction):
                found = (*found, *self._drop(direction))
        return found

    def _resumed(self, brief: _Brief) -> _Claimed:
        """Return the direction that was read so far elsewhere, as if it had been read here."""
        if isinstance(brief, int):
            return _Claimed(Http1(brief >> 32), brief & 0xFFFFFFFF)
        first = brief[0]
        direction = _Claimed(next(made for made in self._dissectors if made.claims(first))(), first.seq)
        for packet in brief:
            data = direction.stream.add(packet.seq, packet.payload)
            deque(direction.dissector.feed(packet, data), 0)  # what it says was said
        return direction

    def _new(self, table: _Table, direction: _Unclaimed, packet: Packet) -> _Found:
        """Offer a segment of a direction that nobody reads yet."""
        for dissector in self._dissectors:
            if dissector.claims(packet):
                return self._first(table, direction, packet, dissector())
        self._set_aside(table, direction, packet)
        return ()

    def _first(
        self,
        table: _Table,
        direction: _Unclaimed,
        packet: Packet,
        dissector: StreamDissector,
    ) -> _Found:
        """Begin with a segment that was claimed, and those that overtook it."""
        found = dissector.feed(packet, packet.payload)
        if not isinstance(found, tuple):
            found = list(found)
        if dissector.done:  # the usual case: one segment holds it all
            self.kept_bytes -= direction.kept_bytes
            table[packet.uid] = _after(dissector)
            return found
        claimed = _Claimed(dissector, packet.seq + len(packet.payload) & 0xFFFFFFFF, cut=packet.cut)
        self.kept_bytes -= direction.kept_bytes
        table[packet.uid] = claimed
        return [*found, *self._advance(table, claimed, packet, direction.early)]

    def _more(self, table: _Table, direction: _Claimed, packet: Packet) -> _Found:
        self.kept_bytes -= direction.kept_bytes
        direction.cut |= packet.cut
        return self._advance(table, direction, packet, [(packet.seq, packet.payload)])

    def _advance(
        self,
        table: _Table,
        direction: _Claimed,
        packet: Packet,
        segments: list[tuple[int, bytes]],
    ) -> _Found:
        stream, dissector = direction.stream, direction.dissector
        data = b"".join([stream.add(seq, payload) for seq, payload in segments])
        self.kept_bytes += direction.kept_bytes
        found = list(dissector.feed(packet, data)) if data else []
        if dissector.done or stream.given_up:
            found += self._close(table, direction, packet.uid, _after(dissector))
        return found

    def _set_aside(self, table: _Table, direction: _Unclaimed, packet: Packet) -> None:
        if direction is _NEW:
            direction = _Unclaimed()
            table[packet.uid] = direction
        self.kept_bytes -= direction.kept_bytes
        direction.keep(packet)
        self.kept_bytes += direction.kept_bytes
        if direction.offered >= MAX_UNCLAIMED_SEGMENTS:
            self._close(table, direction, packet.uid)

    def _close(
        self, table: _Table, direction: _Direction, uid: str, after: _Unclaimed | None = None
    ) -> _Kept:
        """Remember that a direction is done, so that its later segments are passed over, or what follows."""
        table[uid] = after
        return self._drop(direction)

    def _drop(self, direction: _Direction) -> _Kept:
        self.kept_bytes -= direction.kept_bytes
        self.given_up += direction.incomplete
        return direction.end()

    def _make_room(self, table: _Table) -> list[Observation]:
        """Drop the oldest directions of a table until both bounds hold again, or it is empty."""
        found: list[Observation] = []
        while table and (len(table) >= MAX_DIRECTIONS // 2 or not self.has_room):
            direction = table.pop(next(iter(table)))
            if isinstance(direction, _Direction):
                found += self._drop(direction)
        return found


def _after(dissector: StreamDissector) -> _Unclaimed | None:
    """Return the state of a direction whose dissector is done: inside a proxy's CONNECT, TLS may begin."""
    return _Unclaimed() if isinstance(dissector, Http1) and dissector.opened else None


_NEW: Final = _Unclaimed()
"""Stands for a direction that is not in the table; it is never changed."""
