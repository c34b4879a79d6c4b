"""What the devices of a made-up home say: valid DNS, TLS, HTTP, mDNS, SSDP, DHCP and NTP payloads.

Names, addresses and fingerprints are drawn once from a seed; ids, randoms and keys are new in every message,
as on a real line. Names are below `.example` (RFC 2606); nothing here is anybody's.
"""

from __future__ import annotations

import random
from typing import Final, NamedTuple

from tests.captures import messages
from tests.captures.messages import A, extension, sized, u16, wire_name

DEVICES: Final = 60
NAMES: Final = 600
CLIENTS: Final = 36
"""Distinct TLS clients: devices of one model, and updates of one device, share them."""

NAMES_PER_DEVICE: Final = 24
AAAA, HTTPS = 28, 65
CIPHERS: Final = (
    *(0x1301, 0x1302, 0x1303, 0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8),
    *(0xC013, 0xC014, 0x009C, 0x009D, 0x002F, 0x0035, 0x000A, 0xC009, 0xC00A),
)
ALGORITHMS: Final = (0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601, 0x0201)
ALPN: Final = (b"", b"\x08http/1.1", b"\x02h2\x08http/1.1", b"\x04mqtt")


class Host(NamedTuple):
    """A name that devices look up, and where it leads."""

    name: bytes
    wire: bytes  # the name as DNS writes it
    ipv4: tuple[bytes, ...]
    ipv6: tuple[bytes, ...]
    alias: bytes  # CNAME target as DNS writes it; empty where there is none
    certificates: bytes  # body of a TLS 1.2 Certificate message


class Client(NamedTuple):
    """A TLS implementation: everything of its hello that does not change from one to the next."""

    tls13: bool
    ciphers: bytes
    before_name: bytes  # extensions
    after_name: bytes
    shares_key: bool


class Device(NamedTuple):
    """One thing in the home."""

    mac: bytes
    ipv4: bytes
    ipv6: bytes
    hosts: tuple[Host, ...]
    clients: tuple[Client, ...]
    label: bytes


def _der(kind: int, body: bytes) -> bytes:
    if len(body) < 128:
        return bytes((kind, len(body))) + body
    return bytes((kind, 0x82)) + sized(body)


def _distinguished(common: bytes) -> bytes:
    return _der(0x30, _der(0x31, _der(0x30, b"\x06\x03\x55\x04\x03" + _der(0x0C, common))))


def _certificate(rng: random.Random, subject: bytes, issuer: bytes) -> bytes:
    """Return an X.509 certificate (RFC 5280 §4.1) whose key and signature are noise."""
    algorithm = bytes.fromhex("300a06082a8648ce3d040302")
    dates = _der(0x17, b"240101000000Z") + _der(0x17, b"260101000000Z")
    names = _der(0x30, b"\x06\x03\x55\x1d\x11" + _der(4, _der(0x30, _der(0x82, subject))))
    key = _der(0x30, algorithm + _der(3, b"\0" + rng.randbytes(270)))
    body = b"\xa0\x03\x02\x01\x02" + _der(2, b"\x01" + rng.randbytes(15)) + algorithm
    body += _distinguished(issuer) + _der(0x30, dates) + _distinguished(subject) + key
    body += _der(0xA3, _der(0x30, names))
    return _der(0x30, _der(0x30, body) + algorithm + _der(3, b"\0" + rng.randbytes(256)))


def _host(rng: random.Random, number: int) -> Host:
    service = rng.choice([b"api", b"mqtt", b"time", b"update", b"logs", b"cdn", b"push", b"voice"])
    name = service + str(number).encode() + b".maker%d.example" % (number % 90)
    alias = wire_name(b"edge%d.cloud%d.example" % (number, number % 7)) if rng.random() < 0.5 else b""
    several = rng.randrange(1, 4)
    ipv4 = tuple(bytes((23, 40 + turn)) + u16(number * 7 + turn) for turn in range(several))
    ipv6 = tuple(bytes.fromhex("2a0226f0") + bytes(8) + u16(turn, number) for turn in range(several))
    chain = _certificate(rng, name, b"Issuing CA"), _certificate(rng, b"Issuing CA", b"Root")
    return Host(name, wire_name(name), ipv4, ipv6, alias, sized(b"".join(sized(one, 3) for one in chain), 3))


def _client(rng: random.Random) -> Client:
    tls13 = rng.random() < 0.7
    offered = CIPHERS if tls13 else CIPHERS[3:]
    ciphers = rng.sample(offered, rng.randrange(4, len(offered)))
    algorithms = rng.sample(ALGORITHMS, rng.randrange(4, len(ALGORITHMS)))
    protocols = rng.choice(ALPN)
    extensions = [
        extension(10, sized(u16(29, 23, 24))),  # supported_groups
        extension(11, b"\x01\0"),
        extension(13, sized(u16(*algorithms))),
        extension(23, b""),
        extension(0xFF01, b"\0"),
    ]
    if protocols:
        extensions.append(extension(16, sized(protocols)))
    if rng.random() < 0.5:
        extensions.append(extension(35, b""))
    if tls13:
        extensions += [extension(43, b"\x04\x03\x04\x03\x03"), extension(45, b"\x01\x01")]
    rng.shuffle(extensions)
    before = rng.randrange(3)
    return Client(
        tls13, u16(*ciphers), b"".join(extensions[:before]), b"".join(extensions[before:]), shares_key=tls13
    )


class Home:
    """The devices, and what they say. `rng` gives what is new in each message."""

    def __init__(self, seed: int) -> None:
        drawn = random.Random(seed)
        self.rng = random.Random(seed)
        hosts = [_host(drawn, number) for number in range(NAMES)]
        clients = [_client(drawn) for _ in range(CLIENTS)]
        self.devices = [_device(drawn, number, hosts, clients) for number in range(DEVICES)]

    def question(self, host: Host, qtype: int) -> bytes:
        return messages.question(self.rng, host.wire, qtype)

    def answer(self, question: bytes, host: Host, qtype: int) -> bytes:
        """Return the answer: an alias or not, then the addresses; HTTPS has none."""
        ttl = self.rng.randrange(10, 300)
        found = {A: host.ipv4, AAAA: host.ipv6}.get(qtype, ())
        return messages.answer(question, host.alias, found, qtype, ttl)

    def client_hello(self, client: Client, host: Host) -> bytes:
        """Return a TLS record with a ClientHello."""
        share = extension(51, sized(u16(29) + sized(self.rng.randbytes(32)))) if client.shares_key else b""
        name = extension(0, sized(b"\0" + sized(host.name)))
        extensions = client.before_name + name + client.after_name + share
        new = self.rng.randbytes(32), self.rng.randbytes(32)
        return b"\x16\x03\x01" + sized(messages.client_hello(*new, client.ciphers, extensions))

    def server_flight(self, client: Client, host: Host) -> bytes:
        """Return the server's first bytes: ServerHello, then what is encrypted, or the chain in the clear."""
        new, session = self.rng.randbytes(32), self.rng.randbytes(32)
        if client.tls13:
            hello = messages.server_hello(new, session, self.rng.randbytes(32))
            return b"\x16\x03\x03" + sized(hello) + b"\x14\x03\x03\0\x01\x01" + self.application(2400)
        body = b"\x03\x03" + new + sized(session, 1) + b"\xc0\x2f\0" + sized(extension(0xFF01, b"\0"))
        parts = b"\x02" + sized(body, 3), b"\x0b" + sized(host.certificates, 3), b"\x0e\0\0\0"
        return b"".join(b"\x16\x03\x03" + sized(message) for message in parts)

    def application(self, size: int) -> bytes:
        """Return an encrypted record."""
        return b"\x17\x03\x03" + sized(NOISE[:size])

    def http(self, device: Device, host: Host) -> tuple[bytes, bytes]:
        """Return a request and its answer."""
        request = b"GET /v1/state?n=%d HTTP/1.1\r\nHost: %s\r\n" % (self.rng.randrange(10_000), host.name)
        request += b"User-Agent: %s/2.%d\r\nAccept: */*\r\n\r\n" % (device.label, device.mac[5] % 5)
        answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 120\r\n\r\n"
        return request, answer + b" " * 120

    def announcement(self, device: Device) -> bytes:
        """Return an mDNS announcement of one service: PTR, SRV, TXT and A (RFC 6762 §8.3)."""
        text = b"id=" + device.mac.hex().encode(), b"md=Model %d" % (device.mac[5] % 9)
        return messages.announcement(
            b"_control._tcp.local", device.label, device.label + b".local", 8080, text, device.ipv4
        )

    def notify(self, device: Device) -> bytes:
        """Return an SSDP announcement (UPnP Device Architecture 1.1 §1.2.2)."""
        usn = b"uuid:00000000-0000-1000-8000-" + device.mac.hex().encode()
        where = ".".join(map(str, device.ipv4)).encode()
        return (
            b"NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nCACHE-CONTROL: max-age=1800\r\n"
            b"LOCATION: http://%s:8080/device.xml\r\nNT: upnp:rootdevice\r\nNTS: ssdp:alive\r\n"
            b"SERVER: Linux/4.9 UPnP/1.0 %s/2.1\r\nUSN: %s::upnp:rootdevice\r\n\r\n"
            % (where, device.label, usn)
        )

    def dhcp(self, device: Device, router: bytes) -> tuple[bytes, bytes]:
        """Return a REQUEST that renews a lease, and its ACK (RFC 2131)."""
        xid = self.rng.randbytes(4)
        asked = b"\x35\x01\x03" + b"\x0c" + sized(device.label, 1) + b"\x3c\x0cdhcpcd-6.8.2"
        asked += b"\x37\x07\x01\x03\x06\x0f\x1c\x33\x3a"
        lent = b"\x35\x01\x05\x36\x04" + router + b"\x33\x04\0\x01\x51\x80\x03\x04" + router
        lent += b"\x06\x04" + router
        request = messages.bootp(1, xid, device.mac, asked, client=device.ipv4)
        return request, messages.bootp(2, xid, device.mac, lent, client=device.ipv4, yours=device.ipv4)

    def ntp(self) -> tuple[bytes, bytes]:
        now = self.rng.randbytes(8)
        return b"\x23" + bytes(39) + now, b"\x24\x02\x06\xec" + bytes(20) + now + now + now


def _device(rng: random.Random, number: int, hosts: list[Host], clients: list[Client]) -> Device:
    return Device(
        mac=bytes((0x02, 0, 0, 0, 1, number)),
        ipv4=bytes((192, 168, 1, 10 + number)),
        ipv6=bytes.fromhex("fd0000000000000000000000000001") + bytes((number,)),
        hosts=tuple(rng.sample(hosts, NAMES_PER_DEVICE)),
        clients=tuple(rng.sample(clients, rng.randrange(1, 3))),
        label=b"Thing-%02d" % number,
    )


NOISE: Final = random.Random(1).randbytes(16_384)
