"""Records of single exchanges of one device, as the sensor would emit them for the packets behind them."""

from __future__ import annotations

import base64
import hashlib
import random
import socket
import struct
from functools import lru_cache
from typing import Final, NamedTuple

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
    TlsClientHello,
)
from tests.captures.messages import announcement
from tests.household.simulation.hello import INITIAL_BYTES, PROTOCOLS, VERSIONS, Client, fingerprint

GATEWAY: Final = "192.168.77.1"
GATEWAY_MAC: Final = "2c:cf:67:10:77:01"
ACTIVE_TIMEOUT_S: Final = 300.0
TCP_IDLE_S: Final = 300.0
UDP_IDLE_S: Final = 60.0
SEGMENT: Final = 1_448
LEASE_S: Final = 43_200
HTTP_ANSWER_BYTES: Final = 210
RTT_S: Final = 0.023
FIN, SYN, PSH, ACK = 0x01, 0x02, 0x08, 0x10
QUIC_ACK_BYTES: Final = 35
"""A datagram of QUIC that brings nothing but an acknowledgement."""

DHCP_BYTES: Final = 300
"""Least size of a BOOTP message (RFC 1542 §2.1)."""

HELLO_BYTES: Final = 517 + 130
SERVER_FLIGHT_BYTES: Final = 3_400
NOBODY: Final = "0.0.0.0"  # noqa: S104 - an address not lent yet
MDNS: Final = ("224.0.0.251", "01:00:5e:00:00:fb")
BROADCAST: Final = ("255.255.255.255", "ff:ff:ff:ff:ff:ff")


class Identity(NamedTuple):
    """How a device introduces itself."""

    mac: str
    ipv4: str
    hostname: str
    vendor_class: str | None
    parameters: tuple[int, ...]
    maker: str | None  # as announced by mDNS; None: it announces nothing
    service: str
    clients: tuple[Client, Client]  # of TLS, before and after a handshake change


_PORTS: Final = struct.Struct("!BBHH").pack


@lru_cache(4_096)
def _packed(address: str) -> bytes:
    return socket.inet_aton(address)


def community_id(proto: int, src: str, sport: int, dst: str, dport: int) -> str:
    """Return the Community ID v1, seed 0, of a flow (github.com/corelight/community-id-spec)."""
    low, high = (_packed(src), sport), (_packed(dst), dport)
    if low > high:
        low, high = high, low
    data = b"\0\0" + low[0] + high[0] + _PORTS(proto, 0, low[1], high[1])
    return "1:" + base64.b64encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()


def _counts(
    tcp: bool, first: bool, last: bool, sizes: tuple[int, int], packets: int, answered: bool
) -> tuple[tuple[int, ...], tuple[int, int]]:
    """Return packets, wire, IP and payload bytes of a part of a flow, each up and down, and its TCP flags."""
    up, down = sizes
    if not answered:
        return _bytes(tcp, packets, 0, up, 0), ((SYN if tcp else 0), 0)
    if packets:
        return _bytes(tcp, packets, packets, up, down), (0, 0)
    confirmed_up, confirmed_down = up // (2 * SEGMENT), down // (2 * SEGMENT)
    up_n, down_n = -(-up // SEGMENT) + confirmed_down, -(-down // SEGMENT) + confirmed_up
    if not tcp:
        return _bytes(
            tcp, up_n, down_n, up + QUIC_ACK_BYTES * confirmed_down, down + QUIC_ACK_BYTES * confirmed_up
        ), (0, 0)
    up_n, down_n = up_n + 2 * first + last, down_n + first + last
    shake = SYN * first | FIN * last
    up_flags = (ACK | shake | PSH * bool(up)) if up_n else 0
    down_flags = (ACK | shake | PSH * bool(down)) if down_n else 0
    return _bytes(tcp, up_n, down_n, up, down), (up_flags, down_flags)


def _bytes(tcp: bool, up_n: int, down_n: int, up: int, down: int) -> tuple[int, ...]:
    header = 52 if tcp else 28
    up_ip, down_ip = up + header * up_n, down + header * down_n
    return up_n, down_n, up_ip + 14 * up_n, down_ip + 14 * down_n, up_ip, down_ip, up, down


def http_head(request: HttpRequest) -> bytes:
    """Return the head of a readable request; values of parameters are ours."""
    query = "&".join(f"{name}=1" for name in request.parameters)
    lines = [f"{request.method} {request.path}{'?' + query if query else ''} HTTP/1.1"]
    lines.append(f"Host: {request.host or request.dst}")
    if request.user_agent:
        lines.append(f"User-Agent: {request.user_agent}")
    lines.append("Accept: */*")
    if request.content_bytes:
        lines += [f"Content-Type: {request.content_type}", f"Content-Length: {request.content_bytes}"]
    return "\r\n".join((*lines, "", "")).encode()


@lru_cache(4_096)
def mdns_message(
    service: str, instance: str, hostname: str, txt: tuple[tuple[str, str], ...], ipv4: str
) -> bytes:
    """Return the announcement of a service at port 8080."""
    text = [f"{key}={value}".encode() for key, value in txt]
    names = service.encode(), instance.encode(), hostname.encode()
    return announcement(*names, 8_080, text, _packed(ipv4))


class Writer:
    """Gathers the records of one device, each with the time at which a sensor would have emitted it."""

    def __init__(self, seed: str, who: Identity) -> None:
        self.who = who
        self.rows: list[tuple[float, Record]] = []
        self._prefix = hashlib.blake2b(seed.encode(), digest_size=5).hexdigest()
        self._rng = random.Random(f"ports|{seed}")
        self._count = 0

    def uid(self) -> str:
        """Return a flow id nothing else has."""
        self._count += 1
        return f"C{self._prefix}{self._count:07x}"

    def port(self) -> int:
        """Return an ephemeral port."""
        return 32_768 + int(self._rng.random() * 28_000)

    def flow(
        self,
        uid: str,
        proto: str,
        sport: int,
        dst: str,
        dport: int,
        ts: float,
        length_s: float,
        up: int,
        down: int,
        *,
        opening: tuple[int, int] = (0, 0),
        answered: bool = True,
        packets: int = 0,
        src: tuple[str, str] | None = None,
        dst_mac: str = GATEWAY_MAC,
    ) -> None:
        """Write a flow of `up` and `down` payload bytes, in parts of five minutes when it lasts longer.

        `opening` is what the handshake adds to its first part, `packets` their number each way, `src` the
        address and MAC of another sender than the device.
        """
        parts, tcp = max(1, int(-(-length_s // ACTIVE_TIMEOUT_S))), proto == "tcp"
        here, mac = src or (self.who.ipv4, self.who.mac)
        cid = community_id(6 if tcp else 17, here, sport, dst, dport)
        for part in range(parts):
            begin, last = ts + part * ACTIVE_TIMEOUT_S, part == parts - 1
            sizes = (
                (up // parts, down // parts)
                if part
                else (up // parts + opening[0], down // parts + opening[1])
            )
            counts, flags = _counts(tcp, part == 0, last, sizes, packets, answered)
            length = min(ACTIVE_TIMEOUT_S - 0.5, length_s - part * ACTIVE_TIMEOUT_S)
            end = "active" if not last else "closed" if tcp and answered else "idle"
            wait_s = 0.0 if end == "closed" else TCP_IDLE_S if tcp else UDP_IDLE_S
            record = FlowRecord(
                round(begin, 6),
                round(length, 6),
                uid,
                cid,
                part,
                proto,
                here,
                sport,
                dst,
                dport,
                *counts,
                mac,
                dst_mac if counts[1] else None,
                dst_mac,
                None,
                *flags,
                end,
            )
            self.rows.append((begin + (length + wait_s if last else ACTIVE_TIMEOUT_S), record))

    def lookup(self, ts: float, host: str, alias: str | None, address: str | None) -> None:
        """Write a question to the gateway and its answer; without an address, three questions and silence."""
        who, uid, rows, port = self.who, self.uid(), self.rows, self.port()
        for attempt in range(1 if address else 3):
            at = round(ts + attempt * 5.0, 6)
            rows.append((at, DnsQuery(at, uid, who.mac, who.ipv4, GATEWAY, "udp", host, 1)))
        if address is None:
            self.flow(
                uid, "udp", port, GATEWAY, 53, ts, 10.0, 54 + 3 * len(host), 0, answered=False, packets=3
            )
            return
        back = round(ts + RTT_S, 6)
        names = (alias,) if alias else ()
        rows.append(
            (
                back,
                DnsAnswer(
                    back,
                    uid,
                    who.mac,
                    who.ipv4,
                    GATEWAY,
                    "udp",
                    host,
                    1,
                    0,
                    names,
                    (address,),
                    60 if alias else 300,
                ),
            )
        )
        self.flow(
            uid,
            "udp",
            port,
            GATEWAY,
            53,
            ts,
            RTT_S,
            18 + len(host),
            34 + len(host) + sum(14 + len(name) for name in names),
            packets=1,
        )

    def hello(
        self,
        uid: str,
        ts: float,
        sport: int,
        dst: str,
        dport: int,
        name: str,
        client: Client,
        *,
        quic: bool = False,
        ech: bool = False,
    ) -> tuple[int, int]:
        """Write the first message of a TLS client; return the bytes of the handshake, up and down."""
        who, at = self.who, round(ts if quic else ts + RTT_S, 6)
        self.rows.append(
            (
                at,
                TlsClientHello(
                    at,
                    uid,
                    who.mac,
                    "quic" if quic else "tcp",
                    who.ipv4,
                    sport,
                    dst,
                    dport,
                    name,
                    PROTOCOLS[quic],
                    VERSIONS[quic],
                    fingerprint(client, quic=quic, ech=ech),
                    ech,
                ),
            )
        )
        return INITIAL_BYTES if quic else HELLO_BYTES, SERVER_FLIGHT_BYTES

    def http(
        self,
        uid: str,
        ts: float,
        sport: int,
        dst: str,
        dport: int,
        host: str,
        path: str,
        parameters: tuple[str, ...],
        agent: str | None,
        upload: int,
    ) -> tuple[int, int]:
        """Write a readable request: a POST of JSON when there is something to send, else a GET.

        Return the bytes of the heads, up and down.
        """
        who, at = self.who, round(ts + RTT_S, 6)
        names = (*("host", "user-agent", "accept"), *(("content-type", "content-length") if upload else ()))
        request = HttpRequest(
            at,
            uid,
            who.mac,
            who.ipv4,
            sport,
            dst,
            dport,
            "POST" if upload else "GET",
            host,
            path,
            parameters,
            agent,
            "application/json" if upload else None,
            upload or None,
            tuple(name for name in names if agent or name != "user-agent"),
        )
        self.rows.append((at, request))
        return len(http_head(request)), HTTP_ANSWER_BYTES

    def ntp(self, ts: float, dst: str) -> None:
        """Write one question for the time and its answer."""
        uid, at = self.uid(), round(ts, 6)
        self.rows.append((at, NtpRequest(at, uid, self.who.mac, self.who.ipv4, dst, 4)))
        self.flow(uid, "udp", self.port(), dst, 123, ts, RTT_S, 48, 48, packets=1)

    def join(self, ts: float) -> None:
        """Write the DHCP exchange of a device that has just started, and its first ARP."""
        who = self.who
        for step, (kind, wish) in enumerate(((1, None), (3, who.ipv4))):
            self._request(ts + step * 0.06, kind, None, wish)
            self._lend(ts + step * 0.06 + 0.02, 2 if kind == 1 else 5)
        asked, lent = (NOBODY, who.mac), (GATEWAY, GATEWAY_MAC)
        for delay, sport, dport, src in ((0.0, 68, 67, asked), (0.02, 67, 68, lent)):
            self.flow(
                self.uid(),
                "udp",
                sport,
                BROADCAST[0],
                dport,
                ts + delay,
                0.06,
                2 * DHCP_BYTES,
                0,
                answered=False,
                packets=2,
                src=src,
                dst_mac=BROADCAST[1],
            )
        self._neighbours(ts + 0.3)

    def renew(self, ts: float) -> None:
        """Write a lease renewed at half its time (RFC 2131 §4.4.5)."""
        self._request(ts, 3, self.who.ipv4, None)
        self._lend(ts + 0.012, 5)
        self.flow(self.uid(), "udp", 68, GATEWAY, 67, ts, 0.012, DHCP_BYTES, DHCP_BYTES, packets=1)
        self._neighbours(ts + 0.4)

    def announce(self, ts: float, version: str) -> None:
        """Write the device's mDNS announcement, when it makes one, and its flow."""
        who, at = self.who, round(ts, 6)
        if who.maker is None:
            return
        txt = (("manufacturer", who.maker), ("fw", version))
        hostname = f"{who.hostname.lower()}.local"
        service = MdnsService(
            at, who.mac, who.ipv4, who.service, who.hostname, hostname, 8_080, txt, (who.ipv4,)
        )
        self.rows.append((at, service))
        size = len(mdns_message(who.service, who.hostname, hostname, txt, who.ipv4))
        self.flow(
            self.uid(),
            "udp",
            5353,
            MDNS[0],
            5353,
            ts,
            0.0,
            size,
            0,
            answered=False,
            packets=1,
            dst_mac=MDNS[1],
        )

    def _request(self, ts: float, kind: int, client: str | None, wish: str | None) -> None:
        who, at = self.who, round(ts, 6)
        self.rows.append(
            (
                at,
                DhcpRequest(
                    at,
                    who.mac,
                    kind,
                    client,
                    wish,
                    who.hostname,
                    None,
                    who.vendor_class,
                    "01" + who.mac.replace(":", ""),
                    who.parameters,
                ),
            )
        )

    def _lend(self, ts: float, kind: int) -> None:
        at = round(ts, 6)
        self.rows.append(
            (at, DhcpAck(at, self.who.mac, kind, self.who.ipv4, GATEWAY, LEASE_S, (GATEWAY,), (GATEWAY,)))
        )

    def _neighbours(self, ts: float) -> None:
        at = round(ts, 6)
        self.rows.append((at, Neighbour(at, self.who.mac, self.who.ipv4, "arp")))
        self.rows.append((at, Neighbour(at, GATEWAY_MAC, GATEWAY, "arp")))
