"""Flows as IPFIX messages (RFC 7011): a file of them (RFC 5655), or what a collector is sent.

Both directions stand in one record: the originator as usual, the responder as reverse elements (RFC 5103).
A community id has no element; a collector makes it of the five-tuple. Writes only to the file it is given.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, BinaryIO, Final

from appliance.export.kinds import FLOWS, ExportError, Kind, Row
from appliance.flowrow import FlowRow

VERSION: Final = 10
REVERSE: Final = 29_305  # RFC 5103 §6.1: the enterprise number of reverse elements
V4, V6 = 256, 257  # template ids; data sets are named by them

FILE_BYTES: Final = 60_000
"""Longest message of a file or a TCP stream; RFC 7011 §3.1 allows 65,535."""

DATAGRAM_BYTES: Final = 1_400
"""Longest message over UDP: it fits into one Ethernet frame (RFC 7011 §10.3.3)."""

DOMAIN: Final = 1
"""Observation domain: a home has one."""

_SHARED: Final = (
    (7, 2), (11, 2), (4, 1), (152, 8), (153, 8), (1, 8), (2, 8), (6, 2), (58, 2),
    (56, 6), (80, 6), (136, 1), (148, 8),
)  # fmt: skip
"""Elements (IANA "IPFIX Information Elements") and lengths: ports, protocol, begin and end in milliseconds,
IP octets, packets, TCP flags, VLAN, MACs, why it ended, and a number made of the uid."""

_REVERSED: Final = ((1, 8), (2, 8), (6, 2))
_TAIL: Final = struct.Struct(">HHBQQQQHH6s6sBQQQH")
_ENDS: Final = {"idle": 1, "active": 2, "closed": 3, "flush": 4, "evicted": 5}  # flowEndReason
_PROTOCOLS: Final = {
    "icmp": 1, "igmp": 2, "tcp": 6, "udp": 17, "gre": 47, "esp": 50, "ah": 51, "icmp6": 58, "ospf": 89,
    "pim": 103, "vrrp": 112, "sctp": 132,
}  # fmt: skip


def templates() -> bytes:
    """Return the template set (RFC 7011 §3.4.1) of both address families."""
    body = b""
    for number, ends in ((V4, ((8, 4), (12, 4))), (V6, ((27, 16), (28, 16)))):
        fields = b"".join(struct.pack(">HH", *field) for field in (*ends, *_SHARED))
        fields += b"".join(
            struct.pack(">HHI", 0x8000 | element, size, REVERSE) for element, size in _REVERSED
        )
        body += struct.pack(">HH", number, len(ends) + len(_SHARED) + len(_REVERSED)) + fields
    return struct.pack(">HH", 2, len(body) + 4) + body


def record(flow: FlowRow) -> tuple[int, bytes]:
    """Return the template's number and the bytes of one flow."""
    orig, resp = _address(flow.orig_h), _address(flow.resp_h)
    number = V4 if orig.version == resp.version == 4 else V6
    begin = max(0, int(flow.ts * 1000))
    tail = _TAIL.pack(
        flow.orig_p & 0xFFFF,
        flow.resp_p & 0xFFFF,
        _PROTOCOLS.get(flow.proto) or int(flow.proto.removeprefix("ip-") or 0),
        begin,
        begin + int(flow.duration_s * 1000),
        flow.orig_ip_bytes,
        flow.orig_pkts,
        flow.orig_tcp_flags,
        flow.vlan or 0,
        _mac(flow.orig_mac),
        _mac(flow.resp_mac or flow.orig_dst_mac),
        _ENDS.get(flow.end, 4),
        zlib.crc32(flow.uid.encode()) << 16 | flow.part & 0xFFFF,
        flow.resp_ip_bytes,
        flow.resp_pkts,
        flow.resp_tcp_flags,
    )
    ends = orig.packed + resp.packed if number == V4 else _wide(orig) + _wide(resp)
    return number, ends + tail


class Messages:
    """Flows in, whole messages out. `sent` is the number of records before (RFC 7011 §3.1, sequence)."""

    def __init__(self, most_bytes: int, *, sent: int = 0) -> None:
        self._most, self.sent = most_bytes, sent

    def template_message(self, ts: float) -> bytes:
        """Return a message that tells the templates; a collector needs one before the first flow."""
        return self._message(ts, templates())

    def of(self, flows: Sequence[FlowRow]) -> list[bytes]:
        """Return messages with all of these flows, in their order within each address family."""
        made: list[bytes] = []
        sets: dict[int, list[bytes]] = {V4: [], V6: []}
        for flow in flows:
            number, body = record(flow)
            if 20 + sum(map(len, sets[number])) + len(body) > self._most:
                made.append(self._data(flow.ts, number, sets[number]))
                sets[number] = []
            sets[number].append(body)
        last = flows[-1].ts if flows else 0.0
        return made + [self._data(last, number, bodies) for number, bodies in sets.items() if bodies]

    def _data(self, ts: float, number: int, bodies: list[bytes]) -> bytes:
        body = b"".join(bodies)
        message = self._message(ts, struct.pack(">HH", number, len(body) + 4) + body)
        self.sent += len(bodies)
        return message

    def _message(self, ts: float, body: bytes) -> bytes:
        seconds = min(max(0, int(ts)), 0xFFFFFFFF)
        head = struct.pack(">HHIII", VERSION, len(body) + 16, seconds, self.sent & 0xFFFFFFFF, DOMAIN)
        return head + body


class Ipfix:
    """A file of messages."""

    NAME = "ipfix"
    SUFFIX = ".ipfix"
    KINDS = (FLOWS,)
    ROW_BYTES = 96

    def __init__(self, kind: Kind, out: BinaryIO, *, rows: int = 0) -> None:
        """Raises ExportError for a kind that is no flow."""
        if kind is not FLOWS:
            raise ExportError(f"IPFIX carries flows, not {kind.name}; choose csv, jsonl or parquet")
        self._out, self._messages = out, Messages(FILE_BYTES, sent=rows)

    def begin(self) -> None:
        """Write the templates."""
        self._out.write(self._messages.template_message(0.0))

    def rows(self, rows: Sequence[Row]) -> None:
        """Write flows."""
        flows: Any = rows
        self._out.write(b"".join(self._messages.of(flows)))

    def end(self) -> None:
        """Nothing stands after the flows."""


def _address(text: str) -> IPv4Address | IPv6Address:
    try:
        return ip_address(text)
    except ValueError:  # a simulated home's record lines may name what is no address
        return IPv4Address(0)


def _wide(address: IPv4Address | IPv6Address) -> bytes:
    """Return 16 bytes: an IPv4 address of a flow that also has an IPv6 one as mapped (RFC 4291 §2.5.5.2)."""
    return address.packed if len(address.packed) == 16 else bytes(10) + b"\xff\xff" + address.packed


def _mac(text: str | None) -> bytes:
    try:
        return bytes.fromhex((text or "").replace(":", "")).rjust(6, b"\0")[:6]
    except ValueError:
        return bytes(6)
