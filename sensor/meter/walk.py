"""Bytes of a pcap or pcapng file, in pieces of any size → frames. Does no I/O.

Formats: https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcap/ and …/draft-ietf-opsawg-pcapng/.
Every length in a capture is hostile: nothing is kept beyond MAX_RECORD, and after nonsense the walk looks for
the next place that can only be a record. What it yields does not depend on how the file was cut into blocks.
`_walk.h` does the same; the two must agree on every byte.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

from sensor.meter.block import Block
from sensor.meter.flowid import seconds
from sensor.records import Loss, Weird

MAX_CAPTURED: Final = 262_144
"""Longest packet a record may hold: the snapshot length of tcpdump and Wireshark (MAXIMUM_SNAPLEN)."""

MAX_RECORD: Final = MAX_CAPTURED + 65_536
"""Longest record that is read whole: a packet and room for its pcapng options (16-bit lengths)."""

MAX_SKIP: Final = 16_777_216
"""Longest pcapng block that is passed over unread, as in Wireshark; a longer one is nonsense."""

MAX_INTERFACES: Final = 4096
"""Interfaces of one pcapng section: more than any machine captures from."""

RESYNC_SPAN_S: Final = 86_400
"""After nonsense in a pcap, a packet header is believed when it lies within a day of the last packet."""

MIN_RESYNC_CAPTURED: Final = 14
"""… and holds at least an Ethernet header: runs of zeros look like headers of empty packets."""

MAX_SECONDS: Final = 0xFFFFFFFF
"""Latest time kept: what a pcap's 32 bits can say (2106). A pcapng that says more means nothing."""

PCAP_MAGICS: Final = {0xA1B2C3D4: (1000, 16), 0xA1B23C4D: (1, 16), 0xA1B2CD34: (1000, 24)}
"""Magic → nanoseconds in a unit of the fraction, length of a record header (the last: "modified" pcap)."""

SECTION, INTERFACE, OLD_PACKET, SIMPLE, ENHANCED = 0x0A0D0D0A, 1, 2, 3, 6
_SYNC_TYPES: Final = frozenset({SECTION, INTERFACE, OLD_PACKET, SIMPLE, 4, 5, ENHANCED})


class Frame(NamedTuple):
    """One frame as a capture holds it."""

    ts_ns: int
    wire: int  # bytes on the wire
    link: int  # LINKTYPE_ number
    data: bytes  # as captured


class Interface(NamedTuple):
    """A pcapng interface description (§4.2)."""

    link: int
    snaplen: int  # 0: unlimited
    resolution: int  # if_tsresol: 10^-n, or 2^-n with the high bit set
    offset_s: int  # if_tsoffset


Step = tuple[int, Frame | Weird | Loss | None]
"""How many bytes were used, and what they held; 0 bytes means "more are needed"."""


class Walk:
    """Reads one capture after another. `last_ns` is the time of the last frame of the current one."""

    def __init__(self) -> None:
        self._start("pcap")

    def _start(self, kind: str) -> None:
        self._pcap = kind == "pcap"
        self._rest = b""
        self._offset = 0  # of _rest in the file
        self._skip = 0  # bytes of an oversized block still to pass over
        self._lost = False  # looking for the next record
        self._order = ""  # "" until the file or section header was read
        self._unit_ns, self._head, self._link = 1000, 16, 0
        self._interfaces: list[Interface] = []
        self.last_ns = 0

    def feed(self, block: Block) -> Iterator[Frame | Weird | Loss]:
        """Yield what the block completes."""
        if block.first:
            self._start(block.format)
        data = self._rest + bytes(block.data)
        used, step = 0, self._pcap_step if self._pcap else self._pcapng_step
        while used < len(data):
            count, item = self._pass_over(data, used) if self._skip else step(data, used, block.last)
            if count == 0:
                break
            used += count
            self._offset += count
            if item is not None:
                yield item
        self._rest = data[used:]
        if block.last:
            yield from self._end(block.trouble)

    def _pass_over(self, data: bytes, at: int) -> Step:
        count = min(self._skip, len(data) - at)
        self._skip -= count
        return count, None

    def _end(self, trouble: str) -> Iterator[Loss]:
        """Yield a Loss when the capture ended inside a record or before its source did."""
        unfinished = len(self._rest) + self._skip
        if unfinished and not self._lost:
            detail = f"the file ends inside a record, at byte {self._offset + len(self._rest)}"
            yield self._loss("truncated_file", 1, f"{detail}: {trouble}" if trouble else detail)
        elif trouble:
            yield self._loss("truncated_file", 0, trouble)
        self._start("pcap")

    def _loss(self, kind: str, lost: int, detail: str) -> Loss:
        ts = seconds(self.last_ns)
        return Loss(ts, ts, kind, lost, detail)

    def _nonsense(self, count: int, what: str) -> Step:
        """Start looking for the next record; say so once."""
        self._lost = True
        detail = f"{what} at byte {self._offset} of the file; looking for the next whole record"
        return count, self._loss("corrupt_file", 0, detail)

    def _frame(self, ts_ns: int, wire: int, link: int, data: bytes) -> Frame:
        self.last_ns = ts_ns
        return Frame(ts_ns, max(wire, len(data)), link, data)

    # pcap

    def _pcap_step(self, data: bytes, at: int, last: bool) -> Step:
        if not self._order:
            return self._pcap_header(data, at)
        if self._lost:
            return self._pcap_resync(data, at, last)
        return self._pcap_record(data, at) if len(data) - at >= self._head else (0, None)

    def _pcap_record(self, data: bytes, at: int) -> Step:
        sec, fraction, captured, wire = struct.unpack_from(self._order + "IIII", data, at)
        if captured > MAX_CAPTURED:
            return self._nonsense(1, f"read a captured length of {captured}, expected at most {MAX_CAPTURED}")
        if sec == captured == wire == 0:  # a disk that lost its power leaves zeros, as does a file cut short
            return self._nonsense(1, "read a record of zeros")
        begin, end = at + self._head, at + self._head + captured
        if len(data) < end:
            return 0, None
        ts_ns = sec * 1_000_000_000 + fraction * self._unit_ns
        return end - at, self._frame(ts_ns, wire, self._link, data[begin:end])

    def _pcap_header(self, data: bytes, at: int) -> Step:
        """Read the file header (24 bytes); the caller made sure of the magic."""
        if len(data) - at < 24:
            return 0, None
        little = struct.unpack_from("<I", data, at)[0]
        self._order = "<" if little in PCAP_MAGICS else ">"
        magic, link = struct.unpack_from(self._order + "I16xI", data, at)
        self._unit_ns, self._head = PCAP_MAGICS.get(magic, (1000, 16))
        self._link = link & 0xFFFF  # above it: length of the frame check sequence
        return 24, None

    def _pcap_resync(self, data: bytes, at: int, last: bool) -> Step:
        """Pass over one byte, or find a header that leads to another one or to the end of the file."""
        if len(data) - at < self._head:
            return 0, None
        captured = self._believable(data, at)
        if captured:
            following = at + self._head + captured
            if len(data) < following + self._head and not last:
                return 0, None
            if len(data) == following or (
                len(data) >= following + self._head and self._believable(data, following)
            ):
                self._lost = False
                return self._pcap_step(data, at, last)
        return 1, None

    def _believable(self, data: bytes, at: int) -> int:
        """Return the captured length of what looks like a record header, else 0."""
        sec, fraction, captured, wire = struct.unpack_from(self._order + "IIII", data, at)
        near = self.last_ns == 0 or abs(sec - self.last_ns // 1_000_000_000) <= RESYNC_SPAN_S
        sane = fraction < 1_000_000_000 // self._unit_ns and captured <= wire <= MAX_CAPTURED
        return captured if near and sane and captured >= MIN_RESYNC_CAPTURED else 0

    # pcapng

    def _pcapng_step(self, data: bytes, at: int, last: bool) -> Step:
        left = len(data) - at
        if left < 12:
            return 0, None
        order, kind, length = self._block_head(data, at)
        wrong = self._wrong(order, length, data[at : at + length] if length <= left else b"")
        if self._lost:  # believe a known type whose length is written twice
            hopeless = kind not in _SYNC_TYPES or length > MAX_RECORD or (left < length and last)
            if wrong or hopeless:
                return 4, None
        elif wrong:
            return self._nonsense(4, wrong)
        elif length > MAX_RECORD:
            return 8, self._oversized(kind, length)
        if left < length:
            return 0, None
        self._lost = False
        return length, self._block(order, kind, data[at + 8 : at + length - 4])

    def _wrong(self, order: str, length: int, block: bytes) -> str:
        """Return what is wrong with a block's lengths, "" for nothing; `block` is b"" while incomplete."""
        if length < 12 or length % 4 or length > MAX_SKIP:
            return f"read a block length of {length}, expected a multiple of 4 from 12 to {MAX_SKIP}"
        if block and length <= MAX_RECORD:
            trailer = struct.unpack_from(order + "I", block, length - 4)[0]
            if trailer != length:
                return f"read block lengths {length} and {trailer}, expected two equal ones"
        return ""

    def _block_head(self, data: bytes, at: int) -> tuple[str, int, int]:
        """Return byte order, type and length; a section header brings its own byte order."""
        order = self._order or "<"
        if data[at : at + 4] == b"\n\r\r\n":
            order = "<" if data[at + 8 : at + 12] == b"\x4d\x3c\x2b\x1a" else ">"
        kind, length = struct.unpack_from(order + "II", data, at)
        return order, kind, length

    def _oversized(self, kind: int, length: int) -> Weird | None:
        """Pass over a block too long to keep; a packet in it is counted all the same."""
        self._skip = length - 8
        if kind not in (OLD_PACKET, SIMPLE, ENHANCED):
            return None
        return self._weird("oversized_packet", f"read a packet block of {length} bytes, at most {MAX_RECORD}")

    def _weird(self, name: str, detail: str) -> Weird:
        return Weird(seconds(self.last_ns), name, None, None, None, detail)

    def _block(self, order: str, kind: int, body: bytes) -> Frame | Weird | None:
        """Read one whole block; what follows `body` was checked already."""
        if kind == SECTION:
            self._order, self._interfaces = order, []
        elif kind == INTERFACE and len(body) >= 8 and len(self._interfaces) < MAX_INTERFACES:
            self._interfaces.append(_interface(order, body))
        elif kind == ENHANCED and len(body) >= 20:
            number, high, low, captured, wire = struct.unpack_from(order + "IIIII", body)
            return self._packet(number, high << 32 | low, captured, wire, body[20:])
        elif kind == OLD_PACKET and len(body) >= 20:
            number, _, high, low, captured, wire = struct.unpack_from(order + "HHIIII", body)
            return self._packet(number, high << 32 | low, captured, wire, body[20:])
        elif kind == SIMPLE and len(body) >= 4:
            wire = struct.unpack_from(order + "I", body)[0]
            return self._packet(0, None, wire, wire, body[4:])
        elif kind in (ENHANCED, OLD_PACKET, SIMPLE):
            return self._weird("short_packet_block", f"read a packet block of {len(body)} bytes")
        return None

    def _packet(self, number: int, ticks: int | None, captured: int, wire: int, body: bytes) -> Frame | Weird:
        """Return the frame of a packet block; one without a time has that of the packet before it."""
        if number >= len(self._interfaces):
            detail = f"read a packet of interface {number}, expected one of {len(self._interfaces)} described"
            return self._weird("unknown_interface", detail)
        interface = self._interfaces[number]
        captured = min(captured, len(body), MAX_CAPTURED)
        if ticks is None:
            captured = min(captured, interface.snaplen or captured)
            ts_ns = self.last_ns
        else:
            ts_ns = _nanoseconds(ticks, interface)
        return self._frame(ts_ns, wire, interface.link, body[:captured])


def _interface(order: str, body: bytes) -> Interface:
    """Read an interface description (§4.2): 8 bytes, then options of 4 bytes and a padded value each."""
    link, snaplen = struct.unpack_from(order + "H2xI", body)
    resolution, offset_s, at = 6, 0, 8
    while at + 4 <= len(body):
        code, length = struct.unpack_from(order + "HH", body, at)
        at += 4
        if code == 0 or at + length > len(body):
            break
        if code == 9 and length >= 1:
            resolution = body[at]
        elif code == 14 and length >= 8:
            offset_s = struct.unpack_from(order + "q", body, at)[0]
        at += (length + 3) & ~3
    return Interface(link, snaplen, resolution, offset_s)


def _nanoseconds(ticks: int, interface: Interface) -> int:
    """Return a pcapng timestamp in nanoseconds, held between 0 and MAX_SECONDS."""
    power = interface.resolution & 0x7F
    if interface.resolution & 0x80:
        sec = ticks >> power
        fraction = ticks - (sec << power)
        if power > 32:  # 32 bits of a fraction are finer than a nanosecond
            fraction, power = fraction >> (power - 32), 32
        fraction_ns = fraction * 1_000_000_000 >> power
    elif power <= 9:
        sec, fraction = divmod(ticks, 10**power)
        fraction_ns = fraction * 10 ** (9 - power)
    else:
        sec, fraction_ns = divmod(ticks // 10 ** (power - 9), 1_000_000_000)
    sec += interface.offset_s
    if not 0 <= sec <= MAX_SECONDS:
        return max(0, min(sec, MAX_SECONDS)) * 1_000_000_000
    return sec * 1_000_000_000 + fraction_ns
