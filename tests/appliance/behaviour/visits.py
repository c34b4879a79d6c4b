"""Captures of minutes of one device: its set-up, in real bytes, its version where asked."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import dpkt

from tests.captures import messages
from tests.captures.frames import ACK, FIN, PCAP_HEADER, PSH, SYN, SYN_ACK, Ends, Tcp, pcap_record
from tests.captures.messages import option, sized
from tests.household.simulation import hello

MAC = "d0:73:d5:12:34:56"
ROUTER_MAC = bytes.fromhex("b827eb000001")
EVERYBODY = b"\xff" * 6
GROUPS = {5353: ("224.0.0.251", "01005e0000fb"), 1900: ("239.255.255.250", "01005e7ffffa")}
MAKER = ("api.lumora.example", "cfg.lumora.example", "0.pool.ntp.org")
CLIENTS = hello.drawn(random.Random(21)), hello.drawn(random.Random(22))
NOISE = random.Random(3).randbytes(1_200)

Event = tuple[float, bytes]


class Visit(NamedTuple):
    """One capture: when, for how long, in which home, and which version shows where."""

    ts: float
    version: str = "2.4.1"
    shown: str = "http"  # http, ssdp, dhcp, mdns, tls, or several with "+"
    names: tuple[str, ...] = MAKER
    minutes: float = 3.0
    lan: str = "192.168.1"
    host: int = 34
    mac: str = MAC
    seed: int = 1


def address_of(name: str) -> str:
    """Return where a name leads: the same in every capture."""
    rng = random.Random(name)
    return (
        f"203.0.113.{rng.randrange(1, 255)}" if "pool" not in name else f"198.51.100.{rng.randrange(1, 255)}"
    )


def write(path: Path, visit: Visit) -> Path:
    """Write the capture: pcapng when the path ends so, else pcap; return its path."""
    frames = sorted(_Visitor(visit).events(), key=lambda event: event[0])
    done = [(ts, bytes(dpkt.ethernet.Ethernet(frame))) for ts, frame in frames]
    with path.open("wb") as out:
        if path.suffix == ".pcapng":
            writer = dpkt.pcapng.Writer(out)
            for ts, frame in done:
                writer.writepkt(frame, ts)
        else:
            out.write(PCAP_HEADER)
            out.writelines(pcap_record(round(ts * 1e6), frame) for ts, frame in done)
    return path


class _Visitor:
    """The device while it is captured."""

    def __init__(self, visit: Visit) -> None:
        self.visit, self.rng = visit, random.Random(f"{visit.seed}|{visit.ts}")
        self.mac = bytes.fromhex(visit.mac.replace(":", ""))
        self.here = socket.inet_aton(f"{visit.lan}.{visit.host}")
        self.router = socket.inet_aton(f"{visit.lan}.1")
        self.shown = visit.shown.split("+")
        self.port = self.rng.randrange(40_000, 50_000)

    def version(self, where: str) -> str:
        """Return the version where it shows, elsewhere one that never changes."""
        return self.visit.version if where in self.shown else "1.0.0"

    def events(self) -> Iterator[Event]:
        ts, end = self.visit.ts, self.visit.ts + 60 * self.visit.minutes
        yield from self._joined(ts)
        for number, at in enumerate((ts + 2.0, ts + 31.0)):
            yield at, self._group(5353, self._announced())
            yield at + 0.4, self._group(1900, self._notified(number))
        at, turn = ts + 3.0, 0
        while at < end - 10:
            for name in self.visit.names if turn % 3 == 0 else self.visit.names[:1]:
                yield from self._met(at, name, asks=turn % 3 == 0)
                at += self.rng.uniform(0.8, 2.5)
            turn, at = turn + 1, at + self.rng.uniform(18, 26)

    def _joined(self, ts: float) -> Iterator[Event]:
        xid, vendor = self.rng.randbytes(4), f"udhcp {self.version('dhcp')}".encode()
        same = option(12, b"lumora-lamp") + option(60, vendor) + option(55, b"\x01\x03\x06\x0c\x0f\x1c\x2a")
        ask = Ends(self.mac, EVERYBODY, bytes(4), b"\xff" * 4, (68, 67))
        tell = Ends(ROUTER_MAC, EVERYBODY, self.router, b"\xff" * 4, (67, 68))
        lent = (
            option(54, self.router)
            + option(51, b"\0\0\xa8\xc0")
            + option(3, self.router)
            + option(6, self.router)
        )
        for step, (asked, told, wish) in enumerate(((1, 2, b""), (3, 5, option(50, self.here)))):
            body = messages.bootp(1, xid, self.mac, option(53, bytes((asked,))) + wish + same)
            yield ts + step * 0.1, ask.udp(True, body.ljust(300, b"\0"))
            body = messages.bootp(2, xid, self.mac, option(53, bytes((told,))) + lent, yours=self.here)
            yield ts + step * 0.1 + 0.03, tell.udp(True, body.ljust(300, b"\0"))
        arp = b"\0\x01\x08\0\x06\x04\0\x01" + self.mac + self.here + bytes(6) + self.router
        yield ts + 0.4, EVERYBODY + self.mac + b"\x08\x06" + arp

    def _group(self, port: int, payload: bytes) -> bytes:
        address, mac = GROUPS[port]
        ends = Ends(self.mac, bytes.fromhex(mac), self.here, socket.inet_aton(address), (port, port))
        return ends.udp(True, payload)

    def _announced(self) -> bytes:
        text = (b"md=Lumora Lamp", f"fw={self.version('mdns')}".encode())
        return messages.announcement(b"_lumora._tcp.local", b"Lamp", b"lamp.local", 8_080, text, self.here)

    def _notified(self, number: int) -> bytes:
        return (
            "NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nCACHE-CONTROL: max-age=1800\r\n"
            f"LOCATION: http://{socket.inet_ntoa(self.here)}:49153/setup.xml\r\nNT: upnp:rootdevice\r\n"
            f"NTS: ssdp:alive\r\nSERVER: Linux/3.10 UPnP/1.0 Lumora/{self.version('ssdp')}\r\n"
            f"BOOTID.UPNP.ORG: {number}\r\nUSN: uuid:a1-{self.mac.hex()}::upnp:rootdevice\r\n\r\n"
        ).encode()

    def _met(self, at: float, name: str, *, asks: bool) -> Iterator[Event]:
        there = socket.inet_aton(address_of(name))
        self.port += 1
        if asks:
            ends = Ends(self.mac, ROUTER_MAC, self.here, self.router, (self.port, 53))
            asked = messages.question(self.rng, messages.wire_name(name.encode()), messages.A)
            yield at, ends.udp(True, asked)
            yield at + 0.02, ends.udp(False, messages.answer(asked, b"", [there], messages.A, 60))
        if "pool" in name:
            ends = Ends(self.mac, ROUTER_MAC, self.here, there, (self.port, 123))
            now = self.rng.randbytes(8)
            yield at + 0.03, ends.udp(True, b"\x23" + bytes(39) + now)
            yield at + 0.06, ends.udp(False, b"\x24\x02\x06\xec" + bytes(20) + now + now + now)
            return
        readable = name == self.visit.names[0] and "http" in self.shown
        first = self._request(name) if readable else self._hello(name)
        ends = Ends(self.mac, ROUTER_MAC, self.here, there, (self.port, 80 if readable else 443))
        yield from self._connected(at + 0.03, Tcp(ends, self.rng), first, readable=readable)

    def _request(self, name: str) -> bytes:
        head = f"POST /v1/state HTTP/1.1\r\nHost: {name}\r\nUser-Agent: Lumora/{self.version('http')}\r\n"
        return (head + "Content-Type: application/json\r\nContent-Length: 8\r\n\r\n").encode() + b'{"on":1}'

    def _hello(self, name: str) -> bytes:
        client = CLIENTS["tls" in self.shown and self.visit.version != "2.4.1"]
        return b"\x16\x03\x01" + sized(hello.message(client, name, self.rng))

    def _connected(self, at: float, tcp: Tcp, first: bytes, *, readable: bool) -> Iterator[Event]:
        yield at, tcp.segment(True, SYN)
        yield at + 0.02, tcp.segment(False, SYN_ACK)
        yield at + 0.021, tcp.segment(True, ACK)
        yield at + 0.022, tcp.segment(True, PSH, first)
        answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}" if readable else hello.answer(self.rng)
        yield at + 0.05, tcp.segment(False, PSH, answer)
        if not readable:
            yield (
                at + 0.06,
                tcp.segment(True, PSH, b"\x17\x03\x03" + sized(NOISE[: self.rng.randrange(200, 900)])),
            )
            yield at + 0.09, tcp.segment(False, PSH, b"\x17\x03\x03" + sized(NOISE[:400]))
        yield at + 0.3, tcp.segment(True, FIN)
        yield at + 0.32, tcp.segment(False, FIN)
