"""Makes a capture to measure on: python benchmarks/captures.py SHAPE NUMBER CAPTURE; prints its packets.

- iot: what a home's devices send. Small packets, 70,000 flows per million of them, a third IPv6: DNS, TLS
  connections from seconds to minutes with valid hellos, HTTP, NTP, mDNS, SSDP, DHCP (payloads.py).
- bulk: a few devices that stream: full-size segments and their acknowledgements, 200 flows.
- flows: so many flows at once, each with a small packet in every turn (--turns), in an order drawn anew: what
  a flow table costs.

Everything follows from the seed: the same command makes the same bytes. Checksums are left zero.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterable, Iterator
from operator import itemgetter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import payloads
from benchmarks.payloads import AAAA, HTTPS, NOISE, A, Device, Home, Host
from tests.captures.frames import ACK, FIN, PCAP_HEADER, PSH, SYN, SYN_ACK, Ends, Tcp, pcap_record

SEED = 20_250_101
START_S = 1_735_689_600  # 2025-01-01
HOUR_US = 3_600_000_000
PACKETS_PER_HOUR = 500_000
FLOWS_PER_PACKET = 0.07
ROUTER_MAC = bytes.fromhex("02005e000001")
ROUTER = bytes((192, 168, 1, 1)), bytes.fromhex("fd0000000000000000000000000000ff")
GROUP_MACS = {5353: bytes.fromhex("01005e0000fb"), 1900: bytes.fromhex("01005e7ffffa")}
GROUPS = {5353: bytes((224, 0, 0, 251)), 1900: bytes((239, 255, 255, 250))}
MSS = 1400
SHORT_HEADER = b"\x40"  # of QUIC's 1-RTT packets (RFC 9000 section 17.3): nothing to be read but by its ends

Event = tuple[int, bytes]
"""A time in microseconds and the frame then seen."""


def _ends(rng: random.Random, device: Device, there: bytes, port: int) -> Ends:
    here = device.ipv4 if len(there) == 4 else device.ipv6
    return Ends(device.mac, ROUTER_MAC, here, there, (rng.randrange(32768, 61000), port))


def _address(rng: random.Random, host: Host) -> bytes:
    return rng.choice(host.ipv6 if rng.random() < 0.33 else host.ipv4)


def _dns(home: Home, device: Device, start: int) -> Iterator[Event]:
    rng, host = home.rng, home.rng.choice(device.hosts)
    ends = _ends(rng, device, ROUTER[rng.random() < 0.33], 53)
    qtype = rng.choice((A, A, AAAA, AAAA, HTTPS))
    question = home.question(host, qtype)
    yield start, ends.udp(True, question)
    yield start + rng.randrange(1_000, 60_000), ends.udp(False, home.answer(question, host, qtype))


def _ntp(home: Home, device: Device, start: int) -> Iterator[Event]:
    ends = _ends(home.rng, device, _address(home.rng, device.hosts[0]), 123)
    ask, answer = home.ntp()
    yield start, ends.udp(True, ask)
    yield start + home.rng.randrange(5_000, 60_000), ends.udp(False, answer)


def _dhcp(home: Home, device: Device, start: int) -> Iterator[Event]:
    ends = Ends(device.mac, ROUTER_MAC, device.ipv4, ROUTER[0], (68, 67))
    ask, answer = home.dhcp(device, ROUTER[0])
    yield start, ends.udp(True, ask)
    yield start + 3_000, ends.udp(False, answer)


def _announced(home: Home, device: Device, start: int) -> Iterator[Event]:
    """Yield three announcements, by mDNS or SSDP."""
    port = home.rng.choice((5353, 1900))
    payload = home.announcement(device) if port == 5353 else home.notify(device)
    source = port if port == 5353 else home.rng.randrange(32768, 61000)
    ends = Ends(device.mac, GROUP_MACS[port], device.ipv4, GROUPS[port], (source, port))
    for turn in range(3):
        yield start + turn * 1_000_000, ends.udp(True, payload)


def _opened(tcp: Tcp, at: int) -> Iterator[Event]:
    yield at, tcp.segment(True, SYN)
    yield at + 10_000, tcp.segment(False, SYN_ACK)
    yield at + 11_000, tcp.segment(True, ACK)


def _http(home: Home, device: Device, start: int) -> Iterator[Event]:
    host = home.rng.choice(device.hosts)
    tcp = Tcp(_ends(home.rng, device, _address(home.rng, host), 80), home.rng)
    yield from _opened(tcp, start)
    request, answer = home.http(device, host)
    yield start + 12_000, tcp.segment(True, PSH, request)
    yield start + 40_000, tcp.segment(False, PSH, answer)
    yield start + 41_000, tcp.segment(True, FIN)
    yield start + 60_000, tcp.segment(False, FIN)


def _tls(home: Home, device: Device, start: int, packets: int) -> Iterator[Event]:
    """Yield a connection of about that many packets, seconds to minutes long."""
    rng, host, client = home.rng, home.rng.choice(device.hosts), home.rng.choice(device.clients)
    tcp = Tcp(_ends(rng, device, _address(rng, host), 443), rng)
    yield from _opened(tcp, start)
    at = start + 12_000
    yield at, tcp.segment(True, PSH, home.client_hello(client, host))
    flight = home.server_flight(client, host)
    for offset in range(0, len(flight), MSS):
        at += 8_000
        yield at, tcp.segment(False, PSH, flight[offset : offset + MSS])
    step = rng.choice([20_000, 200_000, 2_000_000])
    for _ in range(packets - 8):
        at += rng.randrange(1, step)
        payload = b"" if rng.random() < 0.4 else home.application(rng.randrange(20, 320))
        yield at, tcp.segment(rng.random() < 0.5, PSH if payload else ACK, payload)
    yield at + 20_000, tcp.segment(True, FIN)
    yield at + 40_000, tcp.segment(False, FIN)


def _flow(home: Home, start: int) -> Iterable[Event]:
    rng = home.rng
    device, kind = rng.choice(home.devices), rng.random()
    if kind < 0.40:
        return _dns(home, device, start)
    if kind < 0.44:
        return _ntp(home, device, start)
    if kind < 0.46:
        return _announced(home, device, start)
    if kind < 0.465:
        return _dhcp(home, device, start)
    if kind < 0.51:
        return _http(home, device, start)
    return _tls(home, device, start, max(10, int(rng.expovariate(1 / 27))))


def iot(packets: int, seed: int = SEED) -> Iterator[Event]:
    """Yield the IoT shape, in time order; every hour is drawn anew."""
    home, hour = Home(seed), 0
    waiting: list[Event] = []
    while packets > 0:
        hour += 1
        for _ in range(int(PACKETS_PER_HOUR * FLOWS_PER_PACKET)):
            waiting.extend(_flow(home, (hour - 1) * HOUR_US + home.rng.randrange(HOUR_US)))
        waiting.sort(key=itemgetter(0))
        due = next((n for n, event in enumerate(waiting) if event[0] >= hour * HOUR_US), len(waiting))
        yield from waiting[: min(due, packets)]
        packets -= due
        del waiting[:due]


def bulk(packets: int) -> Iterator[Event]:
    """Yield the bulk shape: 200 TLS downloads at once, two full segments to one acknowledgement."""
    home = Home(SEED)
    rng, flows = home.rng, []
    for index in range(200):
        device = rng.choice(home.devices)
        host = rng.choice(device.hosts)
        there = host.ipv6[0] if index % 3 == 0 else host.ipv4[0]
        flows.append(Tcp(_ends(rng, device, there, 443), rng))
    segment = home.application(MSS)
    for index in range(packets):
        down = index % 3 < 2
        tcp = flows[index // 3 % len(flows)]
        yield index * 12, tcp.segment(not down, PSH if down else ACK, segment if down else b"")


def concurrent(flows: int, turns: int = 4) -> Iterator[Event]:
    """Yield `flows` conversations at once, a packet each in every turn, in an order drawn anew, over 10 s."""
    home = Home(SEED)
    rng, all_ends = home.rng, []
    for index in range(flows):
        device = home.devices[index % payloads.DEVICES]
        there = bytes((45,)) + (index // payloads.DEVICES).to_bytes(3, "big")
        all_ends.append(_ends(rng, device, there, 40_000 + rng.randrange(20_000)))
    payload = SHORT_HEADER + NOISE[:39]
    for turn in range(turns):
        rng.shuffle(all_ends)
        for index, ends in enumerate(all_ends):
            yield (turn * flows + index) * 10_000_000 // (turns * flows), ends.udp(turn % 2 == 0, payload)


def write(path: Path, events: Iterable[Event]) -> int:
    """Write the events as a pcap; return how many there were."""
    count = 0
    with path.open("wb", buffering=1 << 20) as out:
        out.write(PCAP_HEADER)
        for at_us, data in events:
            out.write(pcap_record(START_S * 1_000_000 + at_us, data))
            count += 1
    return count


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("shape", choices=["iot", "bulk", "flows"])
    parser.add_argument("number", type=int, help="of packets; of flows for the shape of that name")
    parser.add_argument("capture", type=Path, help="the file to write")
    parser.add_argument("--turns", type=int, default=4, help="packets of each flow, for that shape")
    options = parser.parse_args()
    if options.shape == "flows":
        events = concurrent(options.number, options.turns)
    else:
        events = (iot if options.shape == "iot" else bulk)(options.number)
    print(write(options.capture, events))


if __name__ == "__main__":
    main()
