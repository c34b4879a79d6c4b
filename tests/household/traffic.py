"""Record lines of single exchanges, exactly as the sensor would write them for the packets behind them."""

from __future__ import annotations

import base64
import hashlib
import struct
from dataclasses import dataclass, field
from ipaddress import ip_address

from sensor.records import (
    DhcpAck,
    DhcpRequest,
    DnsAnswer,
    DnsQuery,
    FlowRecord,
    HttpRequest,
    MdnsService,
    Neighbour,
    NtpRequest,
    Record,
    SsdpAnnouncement,
    TlsClientHello,
)
from tests.household.home import GATEWAY, GATEWAY_MAC, LEASE_S, QUIC_JA4, Device, Service, Tls

ACTIVE_TIMEOUT_S = 300.0
UDP_IDLE_S = 60.0
SEGMENT = 1_448
PROTOCOLS = {"tcp": 6, "udp": 17}
TCP_WHOLE = 0x1B  # FIN, SYN, PSH and ACK were all seen
TCP_SYN = 0x02
RTT_S = 0.023
HELLO_BYTES = 517
SERVER_FLIGHT_BYTES = 3_400
BROADCAST_MAC = "ff:ff:ff:ff:ff:ff"
MDNS_GROUP = "224.0.0.251"
SSDP_GROUP = "239.255.255.250"


def community_id(proto: str, src: str, sport: int, dst: str, dport: int) -> str:
    """Return the Community ID v1, seed 0, of a TCP or UDP flow (github.com/corelight/community-id-spec)."""
    ends = sorted([(ip_address(src).packed, sport), (ip_address(dst).packed, dport)])
    (low, low_port), (high, high_port) = ends
    data = b"\0\0" + low + high + struct.pack("!BBHH", PROTOCOLS[proto], 0, low_port, high_port)
    return "1:" + base64.b64encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()


def when(ts: float) -> float:
    """Return a capture time at the microsecond."""
    return round(ts, 6)


@dataclass
class Ledger:
    """Gathers records with the time at which a sensor would have emitted them."""

    seed: str
    rows: list[tuple[float, int, Record]] = field(default_factory=list)
    _flows: int = 0

    def add(self, emitted: float, record: Record) -> None:
        """Keep one record."""
        self.rows.append((emitted, len(self.rows), record))

    def uid(self) -> str:
        """Return a flow id nothing else in this ledger has."""
        self._flows += 1
        return "C" + hashlib.blake2b(f"{self.seed}|{self._flows}".encode(), digest_size=8).hexdigest()


@dataclass
class Ends:
    """The two ends of a flow of a device: who sent first, to whom, through which MAC."""

    proto: str
    src: str
    sport: int
    dst: str
    dport: int
    src_mac: str
    dst_mac: str = GATEWAY_MAC


def write_flow(  # the counts of a flow are many
    ledger: Ledger,
    uid: str,
    ends: Ends,
    ts: float,
    duration_s: float,
    up: int,
    down: int,
    *,
    answered: bool = True,
    packets: int | None = None,
) -> None:
    """Write a flow of `up` and `down` payload bytes, in parts of five minutes when it lasts longer.

    `packets` fixes the number of packets each way (datagram protocols); TCP's are reckoned from the bytes.
    """
    parts = max(1, int(-(-duration_s // ACTIVE_TIMEOUT_S)))
    cid = community_id(ends.proto, ends.src, ends.sport, ends.dst, ends.dport)
    for part in range(parts):
        begin = ts + part * ACTIVE_TIMEOUT_S
        length = min(ACTIVE_TIMEOUT_S - 0.5, duration_s - part * ACTIVE_TIMEOUT_S)
        last = part == parts - 1
        counts = _counts(ends, up // parts, down // parts, part == 0, answered, packets)
        end = "active" if not last else "closed" if ends.proto == "tcp" and answered else "idle"
        idle_s = 0.0 if end == "closed" else ACTIVE_TIMEOUT_S if ends.proto == "tcp" else UDP_IDLE_S
        flags = (TCP_WHOLE, TCP_WHOLE) if answered else (TCP_SYN, 0)
        record = FlowRecord(
            when(begin), when(length), uid, cid, part, ends.proto, ends.src, ends.sport, ends.dst, ends.dport,
            *counts, ends.src_mac, ends.dst_mac if answered and counts[1] else None, ends.dst_mac, None,
            *(flags if ends.proto == "tcp" else (0, 0)), end,
        )  # fmt: skip
        ledger.add(begin + (ACTIVE_TIMEOUT_S if not last else length + idle_s), record)


def _counts(
    ends: Ends, up: int, down: int, opening: bool, answered: bool, packets: int | None
) -> tuple[int, ...]:
    """Return packets, wire, IP and payload bytes, each up and down, in the order of FlowRecord."""
    header = (40 if ":" in ends.src else 20) + (32 if ends.proto == "tcp" else 8)
    handshake = 3 if ends.proto == "tcp" and opening else 0
    up_pkts = packets or handshake + -(-up // SEGMENT) + down // (2 * SEGMENT)
    down_pkts = (
        (packets or max(0, handshake - 1) + -(-down // SEGMENT) + up // (2 * SEGMENT)) if answered else 0
    )
    up_ip, down_ip = up + header * up_pkts, (down + header * down_pkts) if answered else 0
    return (
        up_pkts, down_pkts, up_ip + 14 * up_pkts, down_ip + 14 * down_pkts, up_ip, down_ip, up,
        down if answered else 0,
    )  # fmt: skip


def write_lookup(
    ledger: Ledger, device: Device, ts: float, host: str, port: int,
    found: tuple[tuple[int, tuple[str, ...]], ...], cnames: tuple[str, ...] = (), *, answered: bool = True,
) -> None:  # fmt: skip
    """Write a DNS lookup at the gateway: one question for each (type, addresses) of `found`.

    Unanswered (the line is down), the client asks three times and nothing comes back.
    """
    uid = ledger.uid()
    asked = 18 + len(host)
    tries = 1 if answered else 3
    for attempt in range(tries):
        for step, (qtype, addresses) in enumerate(found):
            at = ts + attempt * 5.0 + step * 0.0004
            query = DnsQuery(when(at), uid, device.mac, device.ipv4, GATEWAY, "udp", host, qtype)
            ledger.add(at, query)
            if answered:
                ttl = (60 if cnames else 300) if addresses else None
                back = at + RTT_S
                answer = DnsAnswer(
                    when(back), uid, device.mac, device.ipv4, GATEWAY, "udp", host, qtype, 0, cnames,
                    addresses, ttl,
                )  # fmt: skip
                ledger.add(back, answer)
    ends = Ends("udp", device.ipv4, port, GATEWAY, 53, device.mac)
    down = sum(asked + 16 * len(addresses) for _, addresses in found) + 30 * len(cnames)
    up = asked * len(found) * tries
    duration = RTT_S + 0.001 if answered else 10.0
    write_flow(ledger, uid, ends, ts, duration, up, down, answered=answered, packets=len(found) * tries)


def write_tls(
    ledger: Ledger, device: Device, tls: Tls, ts: float, host: str, ends: Ends, duration_s: float,
    up: int, down: int,
) -> None:  # fmt: skip
    """Write one TLS connection over TCP."""
    uid = ledger.uid()
    versions = (0x0304, 0x0303) if tls.maximum == "1.3" else (0x0303,)
    hello = TlsClientHello(
        when(ts + RTT_S), uid, device.mac, "tcp", ends.src, ends.sport, ends.dst, ends.dport, host, tls.alpn,
        versions, tls.ja4, False,
    )  # fmt: skip
    ledger.add(hello.ts, hello)
    write_flow(ledger, uid, ends, ts, duration_s, HELLO_BYTES + 130 + up, SERVER_FLIGHT_BYTES + down)


def write_quic(
    ledger: Ledger, device: Device, ts: float, host: str, ends: Ends, duration_s: float, up: int, down: int
) -> None:
    """Write one QUIC connection."""
    uid = ledger.uid()
    hello = TlsClientHello(
        when(ts), uid, device.mac, "quic", ends.src, ends.sport, ends.dst, ends.dport, host, ("h3",),
        (0x0304,), QUIC_JA4, False,
    )  # fmt: skip
    ledger.add(hello.ts, hello)
    write_flow(ledger, uid, ends, ts, duration_s, 1_200 + up, 4_800 + down)


def write_http(
    ledger: Ledger, device: Device, ts: float, host: str, ends: Ends, duration_s: float, up: int, down: int,
    path: str, parameters: tuple[str, ...], version: str,
) -> None:  # fmt: skip
    """Write one HTTP/1.1 exchange: a POST of JSON when there is something to send, else a GET."""
    uid = ledger.uid()
    agent = device.user_agent.format(version=version) if device.user_agent else None
    names = ("host", "user-agent", "accept") if agent else ("host", "accept")
    request = HttpRequest(
        when(ts + RTT_S), uid, device.mac, ends.src, ends.sport, ends.dst, ends.dport,
        "POST" if up else "GET", host, path, parameters, agent,
        "application/json" if up else None, up or None, names,
    )  # fmt: skip
    ledger.add(request.ts, request)
    write_flow(ledger, uid, ends, ts, duration_s, 160 + len(path) + up, 210 + down)


def write_ntp(ledger: Ledger, device: Device, ts: float, ends: Ends) -> None:
    """Write one NTP question and its answer."""
    uid = ledger.uid()
    ledger.add(ts, NtpRequest(when(ts), uid, device.mac, ends.src, ends.dst, 4))
    write_flow(ledger, uid, ends, ts, RTT_S, 48, 48, packets=1)


def write_unanswered(ledger: Ledger, ends: Ends, ts: float) -> None:
    """Write a TCP connection attempt that nobody answers: SYN, and SYN again."""
    write_flow(ledger, ledger.uid(), ends, ts, 7.0, 0, 0, answered=False, packets=4)


def write_join(ledger: Ledger, device: Device, ts: float) -> None:
    """Write the DHCP exchange of a device that has just started, and its first ARP."""
    for step, (kind, wish) in enumerate(((1, None), (3, device.ipv4))):
        ask, offer = ts + step * 0.06, ts + step * 0.06 + 0.02
        ledger.add(ask, _request(device, ask, kind, None, wish))
        ledger.add(offer, _ack(device, offer, 2 if kind == 1 else 5))
    asked = Ends("udp", "0.0.0.0", 68, "255.255.255.255", 67, device.mac, BROADCAST_MAC)  # noqa: S104
    write_flow(ledger, ledger.uid(), asked, ts, 0.06, 600, 0, answered=False, packets=2)
    given = Ends("udp", GATEWAY, 67, "255.255.255.255", 68, GATEWAY_MAC, BROADCAST_MAC)
    write_flow(ledger, ledger.uid(), given, ts + 0.02, 0.06, 600, 0, answered=False, packets=2)
    write_neighbours(ledger, device, ts + 0.3)


def write_renewal(ledger: Ledger, device: Device, ts: float) -> None:
    """Write a lease renewed at half its time (RFC 2131 §4.4.5)."""
    ledger.add(ts, _request(device, ts, 3, device.ipv4, None))
    ledger.add(ts + 0.012, _ack(device, ts + 0.012, 5))
    ends = Ends("udp", device.ipv4, 68, GATEWAY, 67, device.mac)
    write_flow(ledger, ledger.uid(), ends, ts, 0.012, 300, 300, packets=1)
    write_neighbours(ledger, device, ts + 0.4)


def _request(device: Device, ts: float, kind: int, client: str | None, wish: str | None) -> DhcpRequest:
    client_id = "01" + device.mac.replace(":", "")
    return DhcpRequest(
        when(ts), device.mac, kind, client, wish, device.hostname, None, device.vendor_class, client_id,
        device.parameters,
    )  # fmt: skip


def _ack(device: Device, ts: float, kind: int) -> DhcpAck:
    return DhcpAck(when(ts), device.mac, kind, device.ipv4, GATEWAY, LEASE_S, (GATEWAY,), (GATEWAY,))


def write_neighbours(ledger: Ledger, device: Device, ts: float) -> None:
    """Write the ARP of both sides, and the neighbour discovery of a device with IPv6."""
    ledger.add(ts, Neighbour(when(ts), device.mac, device.ipv4, "arp"))
    ledger.add(ts + 0.001, Neighbour(when(ts + 0.001), GATEWAY_MAC, GATEWAY, "arp"))
    if device.ipv6:
        ledger.add(ts + 0.2, Neighbour(when(ts + 0.2), device.mac, device.link_local, "ndp"))
        ledger.add(ts + 0.9, Neighbour(when(ts + 0.9), device.mac, device.ipv6_address, "ndp"))


def write_announcements(ledger: Ledger, device: Device, ts: float, version: str) -> None:
    """Write the device's mDNS and SSDP announcements, and their flows."""
    for service in device.services:
        ledger.add(ts, _service(device, ts, service, version))
    if device.services:
        ends = Ends("udp", device.ipv4, 5353, MDNS_GROUP, 5353, device.mac, "01:00:5e:00:00:fb")
        size = 190 * len(device.services)
        write_flow(ledger, ledger.uid(), ends, ts, 0.0, size, 0, answered=False, packets=1)
    if device.ssdp_server and device.ssdp_target:
        at = ts + 0.4
        uuid = f"uuid:{device.mac.replace(':', '')}"
        notify = SsdpAnnouncement(
            when(at), device.mac, device.ipv4, "notify", device.ssdp_target, f"{uuid}::{device.ssdp_target}",
            device.ssdp_server.format(version=version), f"http://{device.ipv4}:1400/description.xml", None,
        )  # fmt: skip
        ledger.add(at, notify)
        ends = Ends("udp", device.ipv4, 1900, SSDP_GROUP, 1900, device.mac, "01:00:5e:7f:ff:fa")
        write_flow(ledger, ledger.uid(), ends, at, 0.0, 320, 0, answered=False, packets=1)


def _service(device: Device, ts: float, service: Service, version: str) -> MdnsService:
    txt = tuple((key, value.format(version=version)) for key, value in service.txt)
    hostname = f"{device.hostname.lower()}.local"
    return MdnsService(when(ts), device.mac, device.ipv4, service.service, service.instance, hostname,
                       service.port, txt, (device.ipv4,))  # fmt: skip
