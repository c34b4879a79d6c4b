"""What is mutated: the conversations in tests/captures, and frames that no sample has."""

from __future__ import annotations

import struct
from functools import cache
from pathlib import Path
from typing import Final

from scapy.utils import RawPcapReader

from sensor.meter.link import ETHERNET
from tests.sensor.meter import frames as f

CAPTURES: Final = Path(__file__).parents[1] / "captures"
HOME: Final = bytes((192, 168, 4, 21))
"""The address that stands in the samples: replaced in each round, so that each begins flows of its own."""


@cache
def conversations() -> tuple[tuple[bytes, ...], ...]:
    """Return the Ethernet frames of each conversation, in order."""
    samples = map(_frames, sorted(CAPTURES.glob("*.pcap")))
    return tuple(frames for frames in samples if frames) + strange()


def _frames(sample: Path) -> tuple[bytes, ...]:
    with RawPcapReader(str(sample)) as packets:
        return tuple(data for data, _ in packets) if packets.linktype == ETHERNET else ()


def strange() -> tuple[tuple[bytes, ...], ...]:
    """Return frames with what lies between Ethernet and transport: tags, tunnels, extensions, fragments."""
    query = b"\0\1\1\0\0\1\0\0\0\0\0\0\3api\7example\0\0\1\0\1"
    asked = f.ipv4(f.udp(40000, 53, query), 17, HOME)
    asked6 = f.udp(40000, 53, query)
    vlan = struct.pack(">HH", 7, 0x0800)
    pppoe = b"\x11\0\0\1" + struct.pack(">HH", len(asked) + 2, 0x21)
    extended = f.ipv6(b"\x3c\0" + bytes(6) + b"\x11\0" + bytes(6) + asked6, 0)
    first = f.ipv6(b"\x11\0\0\1\0\0\0\7" + asked6[:24], 44)
    rest = f.ipv6(b"\x11\0\0\x18\0\0\0\7" + asked6[24:], 44)
    return (
        (f.ethernet(vlan + asked, 0x8100), f.ethernet(vlan[:2] + b"\x81\0" + vlan + asked, 0x88A8)),
        (f.ethernet(pppoe + asked, 0x8864), f.ethernet(b"\0\0\x11\x40" + asked, 0x8847)),
        (f.ethernet(extended, 0x86DD), f.ethernet(first, 0x86DD), f.ethernet(rest, 0x86DD)),
        (
            f.ethernet(b"\xaa\xaa\3\0\0\0\x08\0" + asked, len(asked) + 8),
            f.ethernet(b"\x42\x42\3" + bytes(35), 38),
        ),
    )
