"""The filter that shortens what the kernel copies, as a classic BPF program (linux/filter.h).

Headers only: datagrams that begin like QUIC short headers, RTP or WireGuard data, unless a port of theirs is
dissected; TLS application data; joined TCP segments longer than any first flight. All else whole: so
sensor.meter gets what its `select` may want, and the ring holds many packets of a bulk transfer.
What the filter returns is only what is copied: the length on the wire stays in the ring's header.
"""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

from sensor.meter.select import FIRST_PORTS, NTP_PORT, UDP_PORTS

WHOLE: Final = 262_144
HEADERS: Final = 144
"""Bytes copied of a packet whose payload nobody reads: Ethernet 14, IPv4 or IPv6 with options 60, TCP 60."""

FIRST_FLIGHT: Final = 16_384
"""Longest TCP frame copied whole. A sender begins with at most ten segments (RFC 6928): longer is bulk."""

APPLICATION_DATA: Final = 0x1703
"""How a TLS record of application data begins (RFC 8446 §5.1)."""


WIREGUARD_DATA: Final = 0x0400
"""How a WireGuard transport message begins (https://www.wireguard.com/protocol/)."""


class Step(NamedTuple):
    """One instruction; a jump names the label it goes to when true and when false, "" for the next one."""

    code: int
    k: int
    true: str = ""
    false: str = ""
    label: str = ""  # of this instruction


LD_LEN, LD_H, LD_B, LD_H_X, LD_B_X = 0x80, 0x28, 0x30, 0x48, 0x50
LDX_IP_HEADER, LDX_IMM = 0xB1, 0x01
JEQ, JGT, JGE, JSET = 0x15, 0x25, 0x35, 0x45
AND, RSH, ADD_X, TAX, RET = 0x54, 0x74, 0x0C, 0x07, 0x06


def program() -> bytes:
    """Return the filter as an array of struct sock_filter."""
    ports = sorted(UDP_PORTS | FIRST_PORTS | {NTP_PORT})
    steps = [
        Step(LD_LEN, 0),
        Step(JGE, HEADERS, "", "whole"),  # so every load below lies in the packet: one outside would drop it
        Step(LD_H, 12),
        Step(JEQ, 0x0800, "ipv4"),
        Step(JEQ, 0x86DD, "ipv6", "whole"),
        Step(LDX_IMM, 40, label="ipv6"),
        Step(LD_B, 20),
        Step(JEQ, 6, "tcp"),
        Step(JEQ, 17, "udp", "whole"),  # extension headers: rare
        Step(LD_H, 20, label="ipv4"),
        Step(JSET, 0x1FFF, "whole"),  # a fragment has no ports
        Step(LDX_IP_HEADER, 14),
        Step(LD_B, 23),
        Step(JEQ, 6, "tcp"),
        Step(JEQ, 17, "udp", "whole"),
        Step(LD_H_X, 14, label="udp"),
        *(Step(JEQ, port, "whole") for port in ports),
        Step(LD_H_X, 16),
        *(Step(JEQ, port, "whole") for port in ports),
        Step(LD_H_X, 22),
        Step(JEQ, WIREGUARD_DATA, "headers"),
        Step(JGE, 0xC000, "whole"),  # QUIC long headers (RFC 9000 §17.2)
        Step(JGE, 0x4000, "headers", "whole"),  # QUIC short headers (§17.3), RTP (RFC 7983 §7)
        Step(LD_LEN, 0, label="tcp"),
        Step(JGT, FIRST_FLIGHT, "headers"),
        Step(LD_B_X, 26),
        Step(AND, 0xF0),
        Step(RSH, 2),
        Step(ADD_X, 0),
        Step(TAX, 0),
        Step(LD_H_X, 14),
        Step(JEQ, APPLICATION_DATA, "headers", "whole"),
        Step(RET, HEADERS, label="headers"),
        Step(RET, WHOLE, label="whole"),
    ]
    return assemble(steps)


def assemble(steps: list[Step]) -> bytes:
    """Return the instructions with labels turned into distances."""
    places = {step.label: number for number, step in enumerate(steps) if step.label}
    packed = b""
    for number, step in enumerate(steps):
        true, false = (places[name] - number - 1 if name else 0 for name in (step.true, step.false))
        packed += struct.pack("=HBBI", step.code, true, false, step.k)
    return packed
