"""Builds frames and captures by hand for the meter's tests: every header in full, no library."""

from __future__ import annotations

import struct

from sensor.meter import Block, Meter
from sensor.meter.items import Item

TOY = bytes.fromhex("02000000000a")
ROUTER = bytes.fromhex("020000000001")
HERE, THERE = bytes((192, 168, 1, 10)), bytes((198, 51, 100, 7))
HERE6 = bytes.fromhex("fd00000000000000000000000000000a")
THERE6 = bytes.fromhex("20010db8000000000000000000000007")
SYN, SYN_ACK, ACK, PSH, FIN, RST = 0x02, 0x12, 0x10, 0x18, 0x11, 0x04
START_S = 1_700_000_000


def ethernet(body: bytes, kind: int = 0x0800, src: bytes = TOY, dst: bytes = ROUTER) -> bytes:
    return dst + src + struct.pack(">H", kind) + body


def ipv4(body: bytes, proto: int, src: bytes = HERE, dst: bytes = THERE, *, fragment: int = 0) -> bytes:
    return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(body), 1, fragment, 64, proto, 0) + src + dst + body


def ipv6(body: bytes, proto: int, src: bytes = HERE6, dst: bytes = THERE6) -> bytes:
    return struct.pack(">IHBB", 6 << 28, len(body), proto, 64) + src + dst + body


def udp(sport: int, dport: int, payload: bytes = b"") -> bytes:
    return struct.pack(">HHHH", sport, dport, 8 + len(payload), 0) + payload


def tcp(sport: int, dport: int, flags: int, payload: bytes = b"", seq: int = 0) -> bytes:
    return struct.pack(">HHIIBBHHH", sport, dport, seq, 0, 0x50, flags, 512, 0, 0) + payload


def up(flags: int, payload: bytes = b"", seq: int = 0, port: int = 443) -> bytes:
    """A segment from the toy to a server."""
    return ethernet(ipv4(tcp(50000, port, flags, payload, seq), 6))


def down(flags: int, payload: bytes = b"", seq: int = 0, port: int = 443) -> bytes:
    """A segment from the server to the toy."""
    segment = ipv4(tcp(port, 50000, flags, payload, seq), 6, THERE, HERE)
    return ethernet(segment, src=ROUTER, dst=TOY)


def pcap(*frames: tuple[float, bytes] | bytes, link: int = 1, order: str = "<", nano: bool = False) -> bytes:
    """Return a capture of these frames; one without a time comes a second after the one before."""
    out = struct.pack(order + "IHHiIII", 0xA1B23C4D if nano else 0xA1B2C3D4, 2, 4, 0, 0, 65535, link)
    at = 0.0
    for entry in frames:
        at, data = entry if isinstance(entry, tuple) else (at + 1, entry)
        second, micro = divmod(round(at * 1_000_000), 1_000_000)
        fraction = micro * 1000 if nano else micro
        out += struct.pack(order + "IIII", START_S + second, fraction, len(data), len(data)) + data
    return out


def block_of(kind: int, body: bytes, order: str = "<") -> bytes:
    """Return a pcapng block."""
    body += bytes(-len(body) % 4)
    length = struct.pack(order + "I", len(body) + 12)
    return struct.pack(order + "I", kind) + length + body + length


def section(order: str = "<") -> bytes:
    return block_of(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1), order)


def interface(link: int = 1, order: str = "<", options: bytes = b"", snaplen: int = 0) -> bytes:
    return block_of(1, struct.pack(order + "HHI", link, 0, snaplen) + options, order)


def option(code: int, value: bytes, order: str = "<") -> bytes:
    return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def enhanced(data: bytes, ticks: int, number: int = 0, order: str = "<", wire: int | None = None) -> bytes:
    head = struct.pack(order + "IIIII", number, ticks >> 32, ticks & 0xFFFFFFFF, len(data), wire or len(data))
    return block_of(6, head + data, order)


def one_block(data: bytes, trouble: str = "") -> Block:
    """Return a whole capture as one block."""
    return Block(data, "pcapng" if data[:4] == b"\n\r\r\n" else "pcap", True, True, trouble)


def cut_into(data: bytes, cuts: list[int]) -> list[Block]:
    """Return a capture in blocks that end at these places."""
    whole = one_block(data)
    places = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    last = len(places) - 2
    return [
        whole._replace(data=data[places[i] : places[i + 1]], first=i == 0, last=i == last)
        for i in range(last + 1)
    ]


def run(meter: Meter, data: bytes) -> list[Item]:
    """Return all a capture brings, the flows that remain included."""
    return [*meter.feed(one_block(data)), *meter.flush()]
