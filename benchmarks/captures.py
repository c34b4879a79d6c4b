"""Makes captures to measure on: python benchmarks/captures.py FOLDER [--packets N].

- iot.pcap: what a home's devices send. Small packets (60 to 600 bytes), 70,000 flows per million packets, a
  third of them IPv6: DNS, NTP, short TLS connections with their hellos, long quiet ones.
- bulk.pcap: a few devices that stream: full-size segments and their acknowledgements, 200 flows.
- flows-N.pcap: N flows at once, each with four small packets, in turn: what a flow table costs.

Everything follows from the seed: the same command makes the same bytes.
"""

from __future__ import annotations

import argparse
import random
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

SEED = 20_250_101
START_S = 1_735_689_600  # 2025-01-01
PCAP_HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262_144, 1)
ROUTER = bytes.fromhex("02005e000001")
QUERY = struct.pack(">HHHHHH", 7, 0x0100, 1, 0, 0, 0) + b"\x03api\x07example\x03com\0\0\x01\0\x01"
ANSWER = (
    struct.pack(">HHHHHH", 7, 0x8180, 1, 1, 0, 0)
    + QUERY[12:]
    + bytes.fromhex("c00c00010001000000e10004c0000201")
)
HELLO = bytes.fromhex("16030101fc010001f80303") + bytes(range(256)) + bytes(246)
SERVER_HELLO = bytes.fromhex("160303007a020000760303") + bytes(116)
RECORD = b"\x17\x03\x03\x04\x00"
SYN, SYN_ACK, ACK, PSH, FIN = 0x02, 0x12, 0x10, 0x18, 0x11
OPENING = [(True, SYN, b""), (False, SYN_ACK, b""), (True, PSH, HELLO), (False, PSH, SERVER_HELLO)]


class Conversation(NamedTuple):
    """Two ends; `answer` is the header template of the other direction."""

    ask: tuple[bytes, int]  # bytes up to the IP payload, offset of the IP length field
    answer: tuple[bytes, int]
    ports: tuple[int, int]


class Event(NamedTuple):
    """One packet to come."""

    at_us: int
    flow: Conversation
    up: bool
    flags: int  # TCP; -1 for UDP
    payload: bytes
    seq: int = 0
    ack: int = 0


def _header(mac: bytes, peer: bytes, src: bytes, dst: bytes, proto: int) -> tuple[bytes, int]:
    if len(src) == 4:
        ip = struct.pack(">BBHHHBBH", 0x45, 0, 0, 0, 0x4000, 64, proto, 0) + src + dst
        return peer + mac + b"\x08\0" + ip, 16
    return peer + mac + b"\x86\xdd" + struct.pack(">IHBB", 6 << 28, 0, proto, 64) + src + dst, 18


def conversation(rng: random.Random, proto: int, port: int, v6: bool) -> Conversation:
    """Return a conversation of one of 60 devices with one of 4,000 servers."""
    device, server = rng.randrange(60), rng.randrange(4000)
    mac = bytes((0x02, 0, 0, 0, 1, device))
    if v6:
        here = bytes.fromhex("fd0000000000000000000000000001") + bytes((device,))
        there = bytes.fromhex("2001067c000000000000000000") + server.to_bytes(3, "big")
    else:
        here, there = bytes((192, 168, 1, 10 + device)), bytes((198, 18)) + server.to_bytes(2, "big")
    ask, answer = _header(mac, ROUTER, here, there, proto), _header(ROUTER, mac, there, here, proto)
    return Conversation(ask, answer, (rng.randrange(32768, 61000), port))


def frame(event: Event) -> bytes:
    """Return the event's Ethernet frame; checksums are left zero."""
    head, at = event.flow.ask if event.up else event.flow.answer
    sport, dport = event.flow.ports if event.up else event.flow.ports[::-1]
    if event.flags < 0:
        rest = struct.pack(">HHHH", sport, dport, 8 + len(event.payload), 0) + event.payload
    else:
        tcp = (sport, dport, event.seq, event.ack, 0x50, event.flags, 512, 0, 0)
        rest = struct.pack(">HHIIBBHHH", *tcp) + event.payload
    length = len(rest) + (20 if at == 16 else 0)
    return head[:at] + length.to_bytes(2, "big") + head[at + 2 :] + rest


def _udp(rng: random.Random, start: int, v6: bool) -> Iterator[Event]:
    """Yield a DNS or NTP exchange."""
    port = 53 if rng.random() < 0.8 else 123
    flow = conversation(rng, 17, port, v6)
    ask, answer = (QUERY, ANSWER) if port == 53 else (b"\x23" + bytes(47), b"\x24" + bytes(47))
    yield Event(start, flow, True, -1, ask)
    yield Event(start + rng.randrange(5_000, 60_000), flow, False, -1, answer)


class _Tcp:
    """Numbers the segments of one connection."""

    def __init__(self, flow: Conversation) -> None:
        self._flow, self._next = flow, {True: 1000, False: 500_000}

    def segment(self, at_us: int, up: bool, flags: int, payload: bytes = b"") -> Event:
        seq = self._next[up]
        self._next[up] = (seq + len(payload) + bool(flags & 0x03)) & 0xFFFFFFFF  # SYN and FIN count as one
        return Event(at_us, self._flow, up, flags, payload, seq, self._next[not up] if flags & ACK else 0)


def _tls(rng: random.Random, start: int, v6: bool, packets: int) -> Iterator[Event]:
    """Yield a TLS connection of about that many packets, seconds to minutes long."""
    tcp, at = _Tcp(conversation(rng, 6, 443, v6)), start
    step = rng.choice([20_000, 200_000, 2_000_000])
    for up, flags, payload in OPENING:
        yield tcp.segment(at, up, flags, payload)
        at += 20_000
    for _ in range(packets - 6):
        payload = b"" if rng.random() < 0.4 else RECORD + bytes(rng.randrange(20, 320))
        yield tcp.segment(at, rng.random() < 0.5, PSH if payload else ACK, payload)
        at += rng.randrange(step)
    yield tcp.segment(at, True, FIN)
    yield tcp.segment(at + 20_000, False, FIN)


def iot(packets: int) -> Iterator[Event]:
    """Yield the IoT shape, in time order: 14.3 packets a flow."""
    rng = random.Random(SEED)
    events: list[Event] = []
    while len(events) < packets:
        start, v6 = rng.randrange(packets * 3_600), rng.random() < 0.33
        if rng.random() < 0.45:
            events.extend(_udp(rng, start, v6))
        else:
            events.extend(_tls(rng, start, v6, max(8, int(rng.expovariate(1 / 24)))))
    events.sort(key=lambda event: event.at_us)
    return iter(events[:packets])


def bulk(packets: int) -> Iterator[Event]:
    """Yield the bulk shape: 200 TLS downloads at once, two full segments to one acknowledgement."""
    rng = random.Random(SEED)
    flows = [_Tcp(conversation(rng, 6, 443, v6=index % 3 == 0)) for index in range(200)]
    segment = RECORD + bytes(1375)
    for index in range(packets):
        down = index % 3 < 2
        flow = flows[index // 3 % len(flows)]
        yield flow.segment(index * 12, not down, PSH if down else ACK, segment if down else b"")


def concurrent(flows: int) -> Iterator[Event]:
    """Yield `flows` conversations at once, four packets each, a second's worth apart."""
    rng = random.Random(SEED)
    ends = [conversation(rng, 17, 40_000 + index % 20_000, v6=False) for index in range(flows)]
    for turn in range(4):
        for index, flow in enumerate(ends):
            yield Event((turn * flows + index) * 10_000_000 // flows, flow, turn % 2 == 0, -1, bytes(40))


def write(path: Path, events: Iterator[Event]) -> int:
    """Write the events as a pcap; return how many there were."""
    count = 0
    with path.open("wb") as out:
        out.write(PCAP_HEADER)
        for event in events:
            data = frame(event)
            second, fraction = divmod(event.at_us, 1_000_000)
            out.write(struct.pack("<IIII", START_S + second, fraction, len(data), len(data)) + data)
            count += 1
    return count


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--packets", type=int, default=1_000_000, help="of iot.pcap (default: %(default)s)")
    parser.add_argument("--flows", type=int, nargs="*", default=[], help="also make flows-N.pcap, for each N")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    print("iot.pcap:", write(options.folder / "iot.pcap", iot(options.packets)))
    print("bulk.pcap:", write(options.folder / "bulk.pcap", bulk(options.packets // 4)))
    for flows in options.flows:
        print(f"flows-{flows}.pcap:", write(options.folder / f"flows-{flows}.pcap", concurrent(flows)))


if __name__ == "__main__":
    main()
