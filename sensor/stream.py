"""Bounded reassembly of the first bytes of each TCP direction (RFC 9293 §3.4). No I/O.

Segments may come late, twice, overlapping or around the end of the sequence numbers. Where two segments
differ about a byte, bytes already in order count, and among waiting segments the one that begins earlier.
"""

from __future__ import annotations

from typing import Final

from sensor.packet import STREAM_BYTES

MAX_WAITING_SEGMENTS: Final = 64
"""Segments of one direction kept while an earlier one is missing: 64 of 1,460 bytes are more than
STREAM_BYTES; smaller ones in such a number are an attack on our memory."""

_HALF: Final = 1 << 31
_MASK: Final = (1 << 32) - 1


class Stream:
    """One direction, in order. `given_up` says that a gap can no longer be closed: feed it no more."""

    __slots__ = ("_next", "_seen_bytes", "_waiting", "given_up")

    def __init__(self, seq: int) -> None:
        """`seq` is the sequence number of the first byte that is wanted."""
        self._next = seq
        self._seen_bytes = 0
        self._waiting: dict[int, bytes] = {}
        self.given_up = False

    @property
    def waiting_bytes(self) -> int:
        """Bytes kept because an earlier segment is missing."""
        return sum(map(len, self._waiting.values()))

    @property
    def incomplete(self) -> bool:
        """Whether bytes came that could not be put in order."""
        return self.given_up or bool(self._waiting)

    def add(self, seq: int, data: bytes) -> bytes:
        """Return the bytes that now follow in order, none while they are still missing."""
        ahead = ((seq - self._next + _HALF) & _MASK) - _HALF
        if ahead > 0:
            self._keep(seq, ahead, data)
            return b""
        fresh = data[-ahead:]
        if not fresh:
            return b""
        self._advance(len(fresh))
        return self._joined(fresh) if self._waiting else fresh

    def _advance(self, count: int) -> None:
        self._next = (self._next + count) & _MASK
        self._seen_bytes += count

    def _keep(self, seq: int, ahead: int, data: bytes) -> None:
        if self._seen_bytes + ahead + len(data) > STREAM_BYTES or len(self._waiting) >= MAX_WAITING_SEGMENTS:
            self.given_up = True
            self._waiting.clear()
        elif len(self._waiting.get(seq, b"")) < len(data):
            self._waiting[seq] = self._waiting.get(seq, b"") + data[len(self._waiting.get(seq, b"")) :]

    def _joined(self, fresh: bytes) -> bytes:
        """Return `fresh` with every waiting segment that it reaches, in the order of their first bytes."""
        parts = [fresh]
        distance = {((seq - self._next + _HALF) & _MASK) - _HALF: seq for seq in self._waiting}
        start = 0
        for ahead in sorted(distance):
            if ahead > start:
                break
            data = self._waiting.pop(distance[ahead])[start - ahead :]
            parts.append(data)
            start += len(data)
        self._advance(start)
        return b"".join(parts)
