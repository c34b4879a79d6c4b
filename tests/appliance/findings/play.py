"""Plays cases as packets: records in, a capture out that a sensor should read the same records from.

The home: the toy, the phone, another thing and the router that leads outside. Whatever happens outside is
preceded by a look-up of the party's name, so that the real attribution finds the party and its purpose.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from ipaddress import ip_address
from typing import Any

from sensor.records import (
    CoapRequest,
    DnsQuery,
    EncryptedDns,
    FlowRecord,
    HttpRequest,
    MqttConnect,
    PortMapping,
    Record,
    RtspRequest,
    TlsCertificate,
    TlsClientHello,
    TlsServerHello,
    Tunnel,
)
from tests.appliance.findings import messages
from tests.appliance.findings.messages import Unplayable
from tests.appliance.findings.records import OUTSIDE, PHONE_MAC, ROUTER, ROUTER_MAC, TOY, TOY_MAC
from tests.sensor.dissect.hellos import sized

MIDNIGHT_S = 1_700_006_400.0
OTHER_MAC = "02:00:00:00:00:0b"
MACS = {
    TOY: TOY_MAC, "fd00::2": TOY_MAC, "fe80::2": TOY_MAC, "2001:db8:2::2": TOY_MAC,
    "192.168.1.9": PHONE_MAC, "fd00::9": PHONE_MAC, "fe80::9": PHONE_MAC,
    "2001:db8:5:1::2": TOY_MAC, "2001:db8:5:1::9": PHONE_MAC, "2001:db8:5:2::9": OTHER_MAC,
    "10.1.2.3": OTHER_MAC, "172.16.4.5": OTHER_MAC, "169.254.9.9": OTHER_MAC,
}  # fmt: skip
"""Who has which address; every other one is reached through the router."""

HOSTS = {"time": "ntp", "dns": "dns", "push": "push", "login": "login", "update": "ota",
         "telemetry": "telemetry", "crash": "crash", "advertising": "ads", "analytics": "analytics",
         "content": "content", "connectivity": "connectivitycheck", "voice": "voice", "video": "video",
         "storage": "storage", "stun": "stun", "control": "control", "api": "api", "ai": "llm"}  # fmt: skip
"""Purpose → first label of a host that has it."""

SEGMENT = 60_000  # IP bytes of a packet of a long upload, of which a capture keeps the headers
SYN, SYN_ACK, ACK, PSH_ACK, FIN_ACK = 0x02, 0x12, 0x10, 0x18, 0x11

Frame = tuple[float, bytes, int]
"""Time, bytes kept, bytes on the wire."""


def capture(records: Sequence[Record], domain: str | None, purpose: str | None) -> bytes:
    """Return a pcap (nanoseconds) in which these records happen. Raises Unplayable."""
    if domain is None and _outside(records[-1:], "") != "":
        raise Unplayable("whoever is outside is a party")
    frames = [
        frame
        for number, one in enumerate(_in_turn(records))
        for frame in _play(one, 40_000 + number % 20_000, purpose)
    ]
    frames += _presence(min(frame[0] for frame in frames) - 2.0)
    if domain is not None:
        host = f"{HOSTS[purpose]}.{domain}" if purpose else domain
        first = min(frame[0] for frame in frames)
        frames += _looked_up(first - 1.0, host, _outside(records))
    out = struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, 1)
    for ts, data, wire in sorted(frames, key=lambda frame: frame[0]):
        out += struct.pack("<IIII", int(ts), round(ts % 1 * 1e9), len(data), wire) + data
    return out


def _in_turn(records: Sequence[Any]) -> Iterator[Any]:
    """Yield the records, each of the same time as the one before it two minutes after that."""
    last = None
    for record in records:
        last = record.ts if last is None or record.ts > last else last + 120.0
        yield record._replace(ts=last)


def _presence(ts: float) -> Iterator[Frame]:
    """Play what tells who has which address: ARP replies and neighbour advertisements to all."""
    for address, mac in MACS.items():
        own, packed = bytes.fromhex(mac.replace(":", "")), ip_address(address).packed
        if len(packed) == 4:
            body = b"\0\1\x08\0\6\4\0\2" + own + packed + b"\xff" * 6 + packed
            yield ts, b"\xff" * 6 + own + b"\x08\x06" + body, 42
            continue
        body = b"\x88\0\0\0\x20\0\0\0" + packed + b"\2\1" + own
        head = struct.pack(">IHBB", 6 << 28, len(body), 58, 255) + packed + ip_address("ff02::1").packed
        yield ts, b"\x33\x33\0\0\0\1" + own + b"\x86\xdd" + head + body, 14 + 40 + len(body)


def mac_of(address: str) -> str:
    """Return the link-layer address that packets to and from this address carry in the home."""
    return MACS.get(address, ROUTER_MAC)


def _outside(records: Iterable[Record], otherwise: str = OUTSIDE) -> str:
    """Return the address of the party: the one that is not in the home."""
    for record in records:
        for address in _ends(record):
            if mac_of(address) == ROUTER_MAC and address != ROUTER:
                return address
    return otherwise


def _ends(record: Any) -> tuple[str, str]:
    """Return who asked and who was asked."""
    for names in (("orig_h", "resp_h"), ("client", "resolver"), ("client", "server"), ("src", "dst")):
        if all(hasattr(record, name) for name in names):
            return getattr(record, names[0]), getattr(record, names[1])
    raise Unplayable(type(record).__name__)


def subject(record: Record, side: str) -> str:
    """Return the link-layer address of the device that a case is about."""
    return mac_of(_ends(record)[0 if side == "asker" else 1])


def _play(record: Record, sport: int, purpose: str | None) -> Iterator[Frame]:
    ts = record.ts - 1.0 if record.ts >= 1e9 else MIDNIGHT_S + record.ts
    asker, asked = _same_family(*_ends(record))
    line = Line(asker, asked, sport)
    if isinstance(record, FlowRecord):
        return _flow(line, ts, record, purpose)
    if isinstance(record, DnsQuery):
        return line.to(53).say(ts, record.transport, messages.dns(record))
    if isinstance(record, HttpRequest):
        return line.to(record.dport).connect(ts, [messages.http(record)])
    if isinstance(record, TlsClientHello):
        return line.to(record.dport).connect(ts, [messages.client_hello(record)])
    if isinstance(record, TlsServerHello):
        return line.to(record.server_port).connect(ts, [_hello()], messages.server_hello(record))
    if isinstance(record, TlsCertificate):
        return line.to(record.server_port).connect(ts, [_hello()], messages.certificates(record))
    if isinstance(record, EncryptedDns):
        return _encrypted_dns(line, ts, record)
    if isinstance(record, Tunnel):
        dport = 500 if record.kind == "ipsec" else record.dport
        return line.to(dport).say(ts, "udp", messages.TUNNELS[record.kind])
    if isinstance(record, MqttConnect):
        return line.to(record.dport).connect(ts, [messages.mqtt(record)])
    if isinstance(record, CoapRequest):
        return line.to(record.dport).say(ts, "udp", messages.coap(record))
    if isinstance(record, RtspRequest):
        return line.to(record.dport).connect(ts, [messages.rtsp(record)])
    if isinstance(record, PortMapping):
        return _mapping(line, ts, record)
    raise Unplayable(type(record).__name__)


def _hello(name: str | None = None) -> bytes:
    fields = ("tcp", TOY, 0, OUTSIDE, 443, name, (), (0x0303,), "", False)
    return messages.client_hello(TlsClientHello(0.0, "", None, *fields))


def _encrypted_dns(line: Line, ts: float, record: EncryptedDns) -> Iterator[Frame]:
    if record.server_name is None:
        line.asked = "8.8.8.8"  # known by its address alone
    return line.to(record.dport).connect(ts, [_hello(record.server_name)])


def _mapping(line: Line, ts: float, record: PortMapping) -> Iterator[Frame]:
    if record.protocol == "igd":
        return line.to(5000).connect(ts, [messages.igd(record)])
    message = messages.nat_pmp(record) if record.protocol == "nat-pmp" else messages.pcp(record)
    return line.to(5351).say(ts, "udp", message)


def _flow(line: Line, ts: float, flow: FlowRecord, purpose: str | None) -> Iterator[Frame]:
    """Play a connection of about as many bytes up; what the asked end did is told by its flags."""
    if flow.part or flow.resp_mac is None or flow.resp_mac not in {mac_of(flow.resp_h), ROUTER_MAC}:
        raise Unplayable("a capture does not begin in the middle of it")
    if ROUTER_MAC not in {mac_of(flow.orig_h), mac_of(flow.resp_h)}:
        line.asked_mac = flow.resp_mac  # the router may pass it on within the home
    line.to(flow.resp_p)
    if flow.proto == "udp":
        return line.say(ts, "udp", b"u" * 20, flow.orig_ip_bytes)
    said = [b"t" * 9] if flow.orig_bytes else []
    return line.connect(ts, said, b"r", flow.orig_ip_bytes, flow.resp_tcp_flags)


def _same_family(asker: str, asked: str) -> tuple[str, str]:
    """Return both ends in one family: the toy and the phone have addresses of both."""
    six = {TOY: "fd00::2", "192.168.1.9": "fd00::9"}
    try:
        versions = ip_address(asker).version, ip_address(asked).version
    except ValueError as error:
        raise Unplayable(str(error)) from error
    if versions == (4, 6):
        return six[asker], asked
    return (asker, six[asked]) if versions == (6, 4) else (asker, asked)


def _looked_up(ts: float, host: str, address: str) -> Iterator[Frame]:
    """Play the look-up of a name by the toy: the router answers."""
    question = b"".join(sized(label.encode(), 1) for label in host.split(".")) + b"\0"
    packed = ip_address(address).packed
    kind = struct.pack(">HH", 1 if len(packed) == 4 else 28, 1)
    answer = b"\xc0\x0c" + kind + struct.pack(">I", 86_400 * 30) + sized(packed)
    head = b"\0\7\x81\x80\0\1\0\1\0\0\0\0"
    line = Line(TOY, ROUTER, 30_000).to(53)
    yield line.frame(ts, "udp", line.udp(b"\0\7\1\0\0\1\0\0\0\0\0\0" + question + kind))
    yield line.frame(ts + 0.01, "udp", line.udp(head + question + kind + answer, back=True), back=True)


class Line:
    """One connection between two ends, as frames."""

    def __init__(self, asker: str, asked: str, sport: int) -> None:
        self.asker, self.asked, self.sport, self.dport = asker, asked, sport, 0
        self.asked_mac = mac_of(asked)

    def to(self, dport: int) -> Line:
        self.dport = dport
        return self

    def say(self, ts: float, transport: str, message: bytes, ip_bytes: int = 0) -> Iterator[Frame]:
        """Send one message, over UDP with as many IP bytes more as are wanted in all."""
        if transport == "tcp":
            yield from self.connect(ts, [message])
            return
        yield self.frame(ts, "udp", self.udp(message))
        for number, size in enumerate(_sizes(ip_bytes - 28 - len(message))):
            yield self.frame(ts + 0.001 * (number + 1), "udp", self.udp(b""), wire_ip=size)

    def connect(
        self, ts: float, said: list[bytes], answer: bytes = b"", ip_bytes: int = 0, flags: int = 0x1B
    ) -> Iterator[Frame]:
        """Open a connection, say this, be answered, send on, close; `flags`: all that the asked end sets."""
        seq = 1_000
        yield self.frame(ts, "tcp", self.tcp(SYN, seq))
        if flags & SYN_ACK != SYN_ACK:
            if flags:
                yield self.frame(ts + 0.001, "tcp", self.tcp(flags, 0, back=True), back=True)
            return
        yield self.frame(ts + 0.001, "tcp", self.tcp(SYN_ACK, 0, back=True), back=True)
        seq += 1
        for number, part in enumerate(said):
            yield self.frame(ts + 0.002 + 0.001 * number, "tcp", self.tcp(PSH_ACK, seq, part))
            seq += len(part)
        at = ts + 0.01
        if answer:
            yield self.frame(at, "tcp", self.tcp(PSH_ACK, 1, answer, back=True), back=True)
        for size in _sizes(ip_bytes - 160, 40 if not said else SEGMENT):
            at += 0.001
            yield self.frame(at, "tcp", self.tcp(ACK if not said else PSH_ACK, seq), wire_ip=size)
            seq = (seq + size - 40) % 2**32
        yield self.frame(at + 0.001, "tcp", self.tcp(FIN_ACK, seq))
        yield self.frame(at + 0.002, "tcp", self.tcp(FIN_ACK, 1 + len(answer), back=True), back=True)

    def udp(self, message: bytes, *, back: bool = False) -> bytes:
        return struct.pack(">HHHH", *self._ports(back), 8 + len(message), 0) + message

    def tcp(self, flags: int, seq: int, message: bytes = b"", *, back: bool = False) -> bytes:
        return struct.pack(">HHIIBBHHH", *self._ports(back), seq, 0, 0x50, flags, 512, 0, 0) + message

    def _ports(self, back: bool) -> tuple[int, int]:
        return (self.dport, self.sport) if back else (self.sport, self.dport)

    def frame(self, ts: float, transport: str, body: bytes, *, back: bool = False, wire_ip: int = 0) -> Frame:
        """Return the frame; `wire_ip`: IP bytes it had on the wire, where the capture kept fewer."""
        src, dst = (self.asked, self.asker) if back else (self.asker, self.asked)
        src_mac, dst_mac = mac_of(self.asker), self.asked_mac
        if back:
            src_mac, dst_mac = dst_mac, src_mac
        number = 6 if transport == "tcp" else 17
        source, target = ip_address(src), ip_address(dst)
        if source.version == 4:
            size = wire_ip or 20 + len(body)
            head = struct.pack(">BBHHHBBH", 0x45, 0, size, 1, 0, 64, number, 0)
        else:
            size = wire_ip or 40 + len(body)
            head = struct.pack(">IHBB", 6 << 28, size - 40, number, 64)
        link = bytes.fromhex((dst_mac + src_mac).replace(":", "")) + (
            b"\x08\0" if source.version == 4 else b"\x86\xdd"
        )
        data = link + head + source.packed + target.packed + body
        return ts, data, 14 + size


def _sizes(total: int, most: int = SEGMENT) -> list[int]:
    """Return the IP bytes of packets that make up the total."""
    whole, rest = divmod(max(0, total), most)
    return [most] * whole + ([rest] if rest > 60 else [])
