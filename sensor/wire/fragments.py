"""Fragments of UDP datagrams put together (RFC 791 §3.2, RFC 8200 §4.5), boundedly. No I/O.

The meter hands up those that may belong to DNS. Offsets are those of the UDP payload: the UDP header is in
the first fragment and was left away.
"""

from __future__ import annotations

from typing import Final

from sensor.packet import Packet
from sensor.records import Weird

MAX_DATAGRAMS: Final = 64
"""Datagrams whose fragments are waited for, the oldest goes first: a home has one or two at a time."""

MAX_FRAGMENTS: Final = 48
"""Fragments of one datagram: 64 KiB over Ethernet make 45; more are an attack on our memory."""

MAX_AGE_S: Final = 30.0
"""How long the others are waited for: between the 15 s of RFC 791 and the 60 s of RFC 8200."""

_HEADER_BYTES: Final = 8


class _Datagram:
    """What came of one datagram: payload by offset, and the first fragment, which has the ports."""

    __slots__ = ("end", "first", "pieces", "ts")

    def __init__(self, ts: float) -> None:
        self.ts = ts
        self.pieces: dict[int, bytes] = {}
        self.first: Packet | None = None
        self.end = -1  # payload bytes, known from the last fragment


class Fragments:
    """Feed it packets of kind "fragment"."""

    def __init__(self) -> None:
        self._datagrams: dict[tuple[str, str, int], _Datagram] = {}

    def add(self, packet: Packet) -> Packet | Weird | None:
        """Return the whole datagram as a packet of kind "udp", None while fragments are missing."""
        key = (packet.src, packet.dst, packet.seq >> 16)
        datagram = self._datagrams.get(key)
        if datagram is None or packet.ts - datagram.ts > MAX_AGE_S:
            datagram = self._begin(key, packet.ts)
        offset = max(0, (packet.seq >> 1 & 0x7FFF) * 8 - _HEADER_BYTES)
        if packet.seq & 0xFFFE == 0:
            datagram.first = packet
        if not packet.seq & 1:
            datagram.end = offset + len(packet.payload)
        if len(datagram.pieces) >= MAX_FRAGMENTS or packet.cut:
            return self._give_up(key, packet, f"{len(datagram.pieces)} fragments, or one cut by the capture")
        datagram.pieces.setdefault(offset, packet.payload)
        if datagram.first is None or datagram.end < 0:
            return None
        return self._joined(key, datagram, packet)

    def _begin(self, key: tuple[str, str, int], ts: float) -> _Datagram:
        self._datagrams.pop(key, None)
        if len(self._datagrams) >= MAX_DATAGRAMS:
            del self._datagrams[next(iter(self._datagrams))]
        datagram = self._datagrams[key] = _Datagram(ts)
        return datagram

    def _joined(
        self, key: tuple[str, str, int], datagram: _Datagram, packet: Packet
    ) -> Packet | Weird | None:
        parts = []
        at = 0
        for offset in sorted(datagram.pieces):
            if offset > at:
                return None  # one is missing
            if offset < at:  # RFC 5722: nothing of such a datagram is to be believed
                return self._give_up(
                    key, packet, f"a fragment at {offset} overlaps another that ends at {at}"
                )
            parts.append(datagram.pieces[offset])
            at += len(parts[-1])
        if at != datagram.end:
            return None
        del self._datagrams[key]
        assert datagram.first is not None  # noqa: S101 - the caller looked
        whole = datagram.first
        return whole._replace(ts=packet.ts, kind="udp", seq=0, payload=b"".join(parts), cut=False)

    def _give_up(self, key: tuple[str, str, int], packet: Packet, detail: str) -> Weird:
        del self._datagrams[key]
        return Weird(packet.ts, "fragment_lost", packet.uid, packet.src, packet.dst, detail)
