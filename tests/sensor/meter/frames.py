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


def wifi(
    ways: int = 1, *, control: int = 0x08, quality: bool = False, piece: int = 0, body: bytes | None = None
) -> bytes:
    """An 802.11 data frame of the toy; `ways`: 1 to, 2 from the access point, 3 between two."""
    station, relay = TOY, bytes.fromhex("0200000000ff")
    addresses = {
        0: (ROUTER, station, relay, b""),
        1: (relay, station, ROUTER, b""),
        2: (ROUTER, relay, station, b""),
        3: (relay, relay, ROUTER, station),
    }[ways & 3]
    head = bytes((control | (0x80 if quality else 0), ways)) + bytes(2) + b"".join(addresses[:3])
    head += struct.pack("<H", piece) + addresses[3] + (bytes(2) if quality else b"")
    snap = bytes.fromhex("aaaa03 000000 0800")
    return head + (snap + ipv4(tcp(50000, 443, SYN), 6) if body is None else body)


def radiotap(frame: bytes | None = None, *, tsft: bool = False, padded: bool = False) -> bytes:
    """A frame of `wifi` behind what a monitor mode writes before it."""
    fields = (bytes(8) if tsft else b"") + bytes((0x20 if padded else 0,))
    head = struct.pack("<BBHI", 0, 0, 8 + len(fields), 2 | tsft) + fields
    inside = wifi(1, quality=padded) if frame is None else frame
    return head + (inside[:26] + bytes(2) + inside[26:] if padded else inside)


def nflog() -> bytes:
    """A message of netfilter's log: a prefix and the packet."""
    packet = ipv4(tcp(50000, 443, SYN), 6)
    prefix = struct.pack("<HH", 6, 10) + b"x\0" + bytes(2)
    return bytes((2, 0, 0, 1)) + prefix + struct.pack("<HH", 4 + len(packet), 9) + packet


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
