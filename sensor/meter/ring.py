"""A block of the kernel's packet ring → frames, and what the kernel joined taken apart again. Does no I/O.

The ring is TPACKET_V3 with PACKET_VNET_HDR (linux/if_packet.h, linux/virtio_net.h), in the machine's own
byte order. Under receive or transmit offload one "packet" of the ring stands for many on the wire, whose
headers are those of the first. The virtio header says how many payload bytes each of them has. Its `hdr_len`
is a hint about the kernel's memory; the headers are what is left of the frame without its payload.

`_ring.h` does the same for the native meter.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import replace
from typing import Final, NamedTuple

from sensor.meter.link import ETHERNET
from sensor.meter.names import UDP
from sensor.meter.parse import Ip
from sensor.meter.walk import MAX_CAPTURED, Frame

MAX_SUPER: Final = 1_048_576
"""Longest packet the kernel joins, twice over: GSO_MAX_SIZE is 512 KiB (linux/netdevice.h)."""

MAX_HEADERS: Final = 2_048
"""Longest headers that are believed to repeat: with them the lengths of MAX_SUPER bytes fit into 32 bits."""

MAX_DATAGRAMS: Final = 128
"""Most datagrams the kernel joins (UDP_MAX_SEGMENTS in linux/udp.h)."""

BLOCK_HEADER: Final = 48
FRAME_HEADER: Final = 68
"""struct tpacket3_hdr, padded to 48, and struct sockaddr_ll."""

VNET_BYTES: Final = 10
VLAN_VALID: Final = 1 << 4
GSO_UDP: Final = 5
TAG_BYTES: Final = 4


class RingFrame(NamedTuple):
    """One frame of the ring. The kernel has taken a VLAN tag out of `frame` and keeps it beside it."""

    frame: Frame
    tag: int | None  # tag control information of the outermost VLAN tag
    segment_bytes: int  # payload of each packet that was joined; 0 where nothing was
    datagrams: bool  # what was joined are UDP datagrams, not TCP segments


class Corrupt(NamedTuple):
    """A frame that does not lie in its block: `lost` frames of it cannot be found."""

    lost: int
    detail: str


def ring_frames(block: bytes) -> Iterator[RingFrame | Corrupt]:
    """Yield the frames of a block in their order."""
    if len(block) < BLOCK_HEADER:
        return
    left, at = struct.unpack_from("=II", block, 12)
    while left > 0:
        following = struct.unpack_from("=I", block, at)[0] if at + 4 <= len(block) else 0
        found = _frame(block, at) if at <= len(block) else None
        if found is None or (following < FRAME_HEADER and left > 1):
            detail = f"read a frame at byte {at} of a block of {len(block)}, expected it inside"
            yield Corrupt(left, detail)
            return
        yield found
        at += following
        left -= 1


def _frame(block: bytes, at: int) -> RingFrame | None:
    if len(block) - at < FRAME_HEADER:
        return None
    sec, nsec, captured, wire, status, mac = struct.unpack_from("=4xIIIIIH", block, at)
    (tag,) = struct.unpack_from("=H", block, at + 32)
    begin = at + mac
    outside = mac < FRAME_HEADER + VNET_BYTES or begin + captured > len(block)
    if outside or wire > MAX_SUPER or captured > MAX_CAPTURED:
        return None
    kind, size = struct.unpack_from("=xB2xH", block, begin - VNET_BYTES)
    data = bytes(block[begin : begin + captured])
    frame = Frame(sec * 1_000_000_000 + nsec, max(wire, captured), ETHERNET, data)
    tagged = tag if status & VLAN_VALID else None
    return RingFrame(frame, tagged, size if kind else 0, kind & 0x7F == GSO_UDP)


def packets(ring: RingFrame, ip: Ip) -> Iterator[tuple[Frame, Ip, int]]:
    """Yield the packets that went over the wire: frame, IP packet and how many more are counted in it.

    Joined TCP segments stay one, with their lengths added up: a stream is read on. Joined datagrams come one
    by one, since each may be worth dissecting. `ring` and `ip` are of one frame, the tag still left away.
    """
    if ring.tag is not None and ring.tag & 0x0FFF:
        ip.vlan = ring.tag & 0x0FFF
    frame, size = tagged(ring), ring.segment_bytes
    headers = frame.wire - ip.payload_bytes
    further = (ip.payload_bytes - 1) // size if size and headers <= MAX_HEADERS else 0
    if further <= 0 or (ring.datagrams and (ip.proto != UDP or further >= MAX_DATAGRAMS)):
        yield frame, ip, 0
    elif ring.datagrams:
        yield from _datagrams(frame, ip, size)
    else:
        ip.ip_bytes += further * (ip.ip_bytes - ip.payload_bytes)
        yield frame._replace(wire=frame.wire + further * headers), ip, further


def tagged(ring: RingFrame) -> Frame:
    """Return the frame with the length it had on the wire, its VLAN tag included."""
    return ring.frame._replace(wire=ring.frame.wire + (0 if ring.tag is None else TAG_BYTES))


def _datagrams(frame: Frame, ip: Ip, size: int) -> Iterator[tuple[Frame, Ip, int]]:
    headers, ip_headers = frame.wire - ip.payload_bytes, ip.ip_bytes - ip.payload_bytes
    for at in range(0, ip.payload_bytes, size):
        length = min(size, ip.payload_bytes - at)
        payload = ip.payload[at : at + length]
        yield (
            frame._replace(wire=headers + length),
            replace(
                ip,
                ip_bytes=ip_headers + length,
                payload_bytes=length,
                payload=payload,
                cut=len(payload) < length,
            ),
            0,
        )
