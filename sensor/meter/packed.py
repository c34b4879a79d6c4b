"""Packed flows, as the native meter's batches give them by `flows()`: bytes → records. Does no I/O.

Whoever only stores flows writes these bytes to a file and reads them later: 128 bytes a flow in the byte
order of the machine, laid out as `struct item` of `_item.h`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any, Final

from sensor.communityid import community_id
from sensor.meter.flowid import NO_VLAN, address_text, mac_text, seconds, uid
from sensor.meter.names import PROTOCOLS
from sensor.records import FlowRecord

_ITEM: Final = struct.Struct("=BBBBI16s16sHHHBBqqq2I2I2I2I2B6s6s6s4x")
FLOW_BYTES: Final = _ITEM.size
"""128."""

_ENDS: Final = ("idle", "active", "closed", "evicted", "flush")
_MAC_KNOWN: Final = (1, 2)
_DST_KNOWN: Final = 4


def unpacked(data: bytes) -> Iterator[FlowRecord]:
    """Yield the flows. Raises struct.error when `data` is not whole flows long."""
    for fields in _ITEM.iter_unpack(data):
        yield _flow(*fields)


def _flow(_kind: int, end: int, orig: int, known: int, part: int, *rest: Any) -> FlowRecord:
    resp = 1 - orig
    padded, (ports, vlan, proto, version) = rest[:2], (rest[2:4], *rest[4:7])
    (start_ns, first_ns, last_ns), numbers = rest[7:10], rest[10:20]
    addresses = [address[: 4 if version == 4 else 16] for address in padded]
    macs = [rest[20 + n] if known & _MAC_KNOWN[n] else None for n in (0, 1)]
    wire, ip, payload, packets, flags = (numbers[at : at + 2] for at in range(0, 10, 2))
    key = struct.pack(">16s16sHHHBB", *padded, *ports, vlan, proto, version)
    ends = addresses[orig], ports[orig], addresses[resp], ports[resp]
    return FlowRecord(
        ts=seconds(first_ns),
        duration_s=seconds(last_ns - first_ns),
        uid=uid(key, start_ns),
        community_id=community_id(proto, *ends),
        part=part,
        proto=PROTOCOLS[proto],
        orig_h=address_text(ends[0]),
        orig_p=ends[1],
        resp_h=address_text(ends[2]),
        resp_p=ends[3],
        orig_pkts=packets[orig],
        resp_pkts=packets[resp],
        orig_wire_bytes=wire[orig],
        resp_wire_bytes=wire[resp],
        orig_ip_bytes=ip[orig],
        resp_ip_bytes=ip[resp],
        orig_bytes=payload[orig],
        resp_bytes=payload[resp],
        orig_mac=mac_text(macs[orig]),
        resp_mac=mac_text(macs[resp]),
        orig_dst_mac=mac_text(rest[22] if known & _DST_KNOWN else None),
        vlan=None if vlan == NO_VLAN else vlan,
        orig_tcp_flags=flags[orig],
        resp_tcp_flags=flags[resp],
        end=_ENDS[end],
    )
