"""What the meter hands to the dissectors: one packet worth reading, already parsed down to its payload."""

from __future__ import annotations

from typing import Final, NamedTuple

STREAM_BYTES: Final = 65_536
"""Payload bytes of one TCP direction that are ever handed up: a ClientHello with post-quantum keys and a
certificate chain fit (RFC 8446 records are at most 16 KiB), a bulk transfer costs no more than this."""


class Packet(NamedTuple):
    """One selected packet. `payload` is as captured: it may be shorter than it was on the wire."""

    ts: float  # capture time, UTC epoch seconds
    uid: str  # of its flow; "" for ARP and LLDP
    kind: str  # "arp", "lldp", "icmp", "icmp6", "udp", "tcp", "fragment" (of UDP)
    src: str  # IP source; ARP: sender protocol address; LLDP: ""
    sport: int
    dst: str
    dport: int
    src_mac: str | None
    dst_mac: str | None
    is_orig: bool  # sent by the flow's originator
    # TCP: sequence number of the first payload byte. Fragment: identification << 16 | offset in 8 bytes << 1
    # | 1 while more follow. 0 for others.
    seq: int
    payload: bytes  # UDP/TCP payload; the whole ICMP message; the body of ARP and LLDP
    cut: bool  # True when the capture holds fewer payload bytes than the wire carried
