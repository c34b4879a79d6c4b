"""Makes the sample captures beside this file: `python -m tests.captures.make [NAME...]`. Run by hand.

Frames are scapy's; the hellos come from OpenSSL (through Python's ssl) and aioquic, so they are as real
clients send them. Their random parts are new each time: expected answers are made anew with
`python -m tests.captures.expect` and read by a person before they are committed.
"""

from __future__ import annotations

import socket
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from aioquic.h3.connection import H3_ALPN
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.connection import QuicConnection
from scapy.layers.dhcp import BOOTP, DHCP
from scapy.layers.dns import DNS, DNSQR, DNSRR, DNSRRHTTPS, DNSRRSRV, SvcParam
from scapy.layers.dot11 import Dot11, Dot11QoS, RadioTap
from scapy.layers.inet import ICMP, IP, TCP, UDP, fragment
from scapy.layers.inet6 import (
    ICMPv6ND_NA,
    ICMPv6ND_NS,
    ICMPv6ND_RA,
    ICMPv6NDOptDstLLAddr,
    ICMPv6NDOptSrcLLAddr,
    IPv6,
)
from scapy.layers.l2 import ARP, LLC, SNAP, Ether
from scapy.layers.ntp import NTPHeader
from scapy.packet import Packet, Raw
from scapy.utils import wrpcap

import tests.sensor.dissect.test_dhcp6 as of_dhcp6
import tests.sensor.dissect.test_lldp as of_lldp
import tests.sensor.dissect.test_llmnr as of_llmnr
import tests.sensor.dissect.test_nbns as of_nbns
import tests.sensor.dissect.test_portmap as of_portmap
import tests.sensor.dissect.test_tunnel as of_tunnel

FOLDER = Path(__file__).parent
START_TS = 1_760_000_000.0
BOX, BOX_MAC = "192.168.4.21", "02:54:42:00:00:21"
DOLL_V6, DOLL_MAC = "fd00:4::22", "02:54:42:00:00:22"
GATEWAY, GATEWAY_MAC = "192.168.4.1", "02:54:42:00:00:01"
NOBODY = "0.0.0.0"  # noqa: S104 - an address not lent yet
CLOUD = "203.0.113.7"


def up(packet: Packet, dst: str = CLOUD) -> Packet:
    """Return the packet as the storytelling box sends it through the gateway."""
    return Ether(src=BOX_MAC, dst=GATEWAY_MAC) / IP(src=BOX, dst=dst) / packet


def down(packet: Packet, src: str = CLOUD) -> Packet:
    """Return the packet as it comes to the storytelling box."""
    return Ether(src=GATEWAY_MAC, dst=BOX_MAC) / IP(src=src, dst=BOX) / packet


def dns() -> Iterator[Packet]:
    """A query and its answer over a CNAME, one for HTTPS, a refusal, and two pipelined over TCP."""
    name = "Api.Storybox.example"
    yield up(UDP(sport=40001, dport=53) / DNS(id=1, rd=1, qd=DNSQR(qname=name)), GATEWAY)
    answers = [
        DNSRR(rrname=name, type="CNAME", rdata="edge.cdn.example", ttl=300),
        DNSRR(rrname="edge.cdn.example", rdata=CLOUD, ttl=60),
        DNSRR(rrname="bank.example", rdata="198.51.100.66", ttl=60),  # of another name: not to be believed
    ]
    reply = DNS(id=1, qr=1, rd=1, ra=1, qd=DNSQR(qname=name), an=answers)
    yield down(UDP(sport=53, dport=40001) / reply, GATEWAY)
    binding = DNSRRHTTPS(
        rrname="push.example",
        svc_priority=1,
        target_name=".",
        ttl=30,
        svc_params=[SvcParam(key=4, value=[CLOUD])],
    )
    asked = DNSQR(qname="push.example", qtype="HTTPS")
    yield up(UDP(sport=40002, dport=53) / DNS(id=2, rd=1, qd=asked), GATEWAY)
    yield down(UDP(sport=53, dport=40002) / DNS(id=2, qr=1, ra=1, qd=asked, an=[binding]), GATEWAY)
    nobody = DNSQR(qname="nobody.example", qtype="AAAA")
    yield up(UDP(sport=40003, dport=53) / DNS(id=3, rd=1, qd=nobody), GATEWAY)
    yield down(UDP(sport=53, dport=40003) / DNS(id=3, qr=1, ra=1, rcode=3, qd=nobody), GATEWAY)
    messages = [bytes(DNS(id=i, rd=1, qd=DNSQR(qname=f"part{i}.example"))) for i in (4, 5)]
    stream = b"".join(len(message).to_bytes(2, "big") + message for message in messages)
    yield from connection(40004, 53, (stream[:20], stream[20:]), dst=GATEWAY)


def mdns() -> Iterator[Packet]:
    """A service with everything, then a goodbye for it, then a host name alone."""
    service = b"\x09_storybox\x04_tcp\x05local\0"
    instance = b"\x0fOurs Magique.v2" + service  # one label with a dot in it, which text would split
    records = [
        DNSRR(
            rrname="_storybox._tcp.local",
            type="PTR",
            rdata=instance,
            ttl=4500,
        ),
        DNSRRSRV(rrname=instance, port=8443, target="Storybox-21.local", ttl=120),
        DNSRR(rrname=instance, type="TXT", rdata=["fw=2.4.1", "id=AB12", "secure"], ttl=4500),
        DNSRR(rrname="Storybox-21.local", rdata=BOX, ttl=120),
        DNSRR(rrname="Storybox-21.local", type="AAAA", rdata="fe80::54:42ff:fe00:21", ttl=120),
    ]
    yield announcement(records)
    gone = records[0].copy()
    gone.ttl = 0
    yield announcement([gone])
    yield announcement([DNSRR(rrname="Doll.local", rdata="192.168.4.22", ttl=120)])
    query = DNS(qd=DNSQR(qname="_storybox._tcp.local", qtype="PTR"), an=[records[0]])
    yield multicast("224.0.0.251", UDP(sport=5353, dport=5353) / query)


def announcement(records: list[Packet]) -> Packet:
    """Return an mDNS response with these answers."""
    return multicast("224.0.0.251", UDP(sport=5353, dport=5353) / DNS(qr=1, aa=1, qd=[], an=records))


def multicast(group: str, packet: Packet) -> Packet:
    """Return the packet as the storytelling box sends it to a group."""
    return Ether(src=BOX_MAC, dst="01:00:5e:00:00:fb") / IP(src=BOX, dst=group, ttl=255) / packet


def dhcp4() -> Iterator[Packet]:
    """Request and acknowledgement of one lease."""
    chaddr = bytes.fromhex(BOX_MAC.replace(":", ""))
    asked = [
        ("message-type", "request"),
        ("requested_addr", BOX),
        ("hostname", "storybox-21"),
        ("vendor_class_id", "storybox 2.4.1"),
        ("client_id", b"\x01" + chaddr),
        ("param_req_list", [1, 3, 6, 15, 119]),
        "end",
    ]
    yield (
        Ether(src=BOX_MAC, dst="ff:ff:ff:ff:ff:ff")
        / IP(src=NOBODY, dst="255.255.255.255")
        / UDP(sport=68, dport=67)
        / BOOTP(chaddr=chaddr, xid=7)
        / DHCP(options=asked)
    )
    lent = [
        ("message-type", "ack"),
        ("server_id", GATEWAY),
        ("lease_time", 43200),
        ("router", GATEWAY),
        ("name_server", GATEWAY),
        "end",
    ]
    reply = BOOTP(op=2, chaddr=chaddr, xid=7, yiaddr=BOX) / DHCP(options=lent)
    yield down(UDP(sport=67, dport=68) / reply, GATEWAY)


def ssdp() -> Iterator[Packet]:
    """A search, an announcement and an answer."""
    search = (
        b'M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: "ssdp:discover"\r\nST: ssdp:all\r\n\r\n'
    )
    notify = (
        b"NOTIFY * HTTP/1.1\r\nHost: 239.255.255.250:1900\r\nNT: upnp:rootdevice\r\nNTS: ssdp:alive\r\n"
        b"USN: uuid:21::upnp:rootdevice\r\nSERVER: Linux/5.4 UPnP/1.0 Storybox/2.4.1\r\n"
        b"LOCATION: http://192.168.4.21:49152/description.xml\r\n\r\n"
    )
    answer = (
        b"HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\nUSN: uuid:21::upnp:rootdevice\r\nSERVER: Storybox\r\n\r\n"
    )
    yield multicast("239.255.255.250", UDP(sport=50001, dport=1900) / Raw(search))
    yield multicast("239.255.255.250", UDP(sport=1900, dport=1900) / Raw(notify))
    yield up(UDP(sport=1900, dport=50002) / Raw(answer), "192.168.4.30")


def ntp() -> Iterator[Packet]:
    """A request and its answer."""
    yield up(UDP(sport=123, dport=123) / NTPHeader(version=4, mode=3))
    yield down(UDP(sport=123, dport=123) / NTPHeader(version=4, mode=4))


def neighbour() -> Iterator[Packet]:
    """ARP request, reply and probe; IPv6 duplicate detection, solicitation, advertisement and a router's."""
    yield Ether(src=BOX_MAC, dst="ff:ff:ff:ff:ff:ff") / ARP(hwsrc=BOX_MAC, psrc=BOX, pdst=GATEWAY)
    reply = ARP(op=2, hwsrc=GATEWAY_MAC, psrc=GATEWAY, hwdst=BOX_MAC, pdst=BOX)
    yield Ether(src=GATEWAY_MAC, dst=BOX_MAC) / reply
    yield Ether(src=DOLL_MAC, dst="ff:ff:ff:ff:ff:ff") / ARP(hwsrc=DOLL_MAC, psrc=NOBODY, pdst="192.168.4.22")
    doll = Ether(src=DOLL_MAC, dst="33:33:ff:00:00:22")
    yield doll / IPv6(src="::", dst="ff02::1:ff00:22") / ICMPv6ND_NS(tgt=DOLL_V6)
    asked = ICMPv6ND_NS(tgt="fd00:4::1") / ICMPv6NDOptSrcLLAddr(lladdr=DOLL_MAC)
    yield doll / IPv6(src=DOLL_V6, dst="ff02::1:ff00:1") / asked
    told = ICMPv6ND_NA(tgt="fd00:4::1", S=1) / ICMPv6NDOptDstLLAddr(lladdr=GATEWAY_MAC)
    yield Ether(src=GATEWAY_MAC, dst=DOLL_MAC) / IPv6(src="fd00:4::1", dst=DOLL_V6) / told
    router = ICMPv6ND_RA() / ICMPv6NDOptSrcLLAddr(lladdr=GATEWAY_MAC)
    yield Ether(src=GATEWAY_MAC, dst="33:33:00:00:00:01") / IPv6(src="fe80::1", dst="ff02::1") / router


def lldp() -> Iterator[Packet]:
    """A wired device names its MUD file to its neighbours."""
    yield Ether(src=BOX_MAC, dst="01:80:c2:00:00:0e", type=0x88CC) / Raw(of_lldp.FRAME)


def connection(sport: int, dport: int, parts: Iterable[bytes], dst: str = CLOUD) -> Iterator[Packet]:
    """Yield the handshake of a TCP connection and the client's segments."""
    yield up(TCP(sport=sport, dport=dport, flags="S", seq=999), dst)
    yield down(TCP(sport=dport, dport=sport, flags="SA", seq=499, ack=1000), dst)
    yield up(TCP(sport=sport, dport=dport, flags="A", seq=1000, ack=500), dst)
    seq = 1000
    for part in parts:
        yield up(TCP(sport=sport, dport=dport, flags="PA", seq=seq, ack=500) / Raw(part), dst)
        seq += len(part)


def hello(name: str, *protocols: str) -> bytes:
    """Return what OpenSSL sends first to the server of this name."""
    context = ssl.create_default_context()
    if protocols:
        context.set_alpn_protocols(list(protocols))
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(incoming, outgoing, server_hostname=name)
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        return outgoing.read()
    raise AssertionError("a handshake ended without a server")


def tls() -> Iterator[Packet]:
    """A hello in one segment, one in three of which the last two change places, one over two records."""
    yield from connection(41001, 443, [hello("api.storybox.example", "h2", "http/1.1")])
    whole = hello("Update.Storybox.example")
    *opening, second, third = connection(41002, 8443, [whole[:100], whole[100:300], whole[300:]])
    yield from (*opening, third, second)
    message = hello("records.storybox.example")[5:]
    yield from connection(41003, 443, [record(message[:50]) + record(message[50:])])


def record(fragment: bytes) -> bytes:
    """Return a TLS handshake record."""
    return b"\x16\x03\x01" + len(fragment).to_bytes(2, "big") + fragment


def http1() -> Iterator[Packet]:
    """Two pipelined requests on an odd port, the head of the first split over two segments."""
    first = (
        b"POST /v1/story?device=AB12&mac=02:54:42:00:00:21 HTTP/1.1\r\nHost: API.Storybox.example:8080\r\n"
        b"User-Agent: Storybox/2.4.1\r\nContent-Type: application/json; charset=utf-8\r\n"
        b'Content-Length: 16\r\n\r\n{"chapter":"12"}'
    )
    second = b"GET /firmware/latest.bin HTTP/1.1\r\nHost: api.storybox.example\r\n\r\n"
    yield from connection(42001, 8080, [first[:60], first[60:] + second])


def quic() -> Iterator[Packet]:
    """What aioquic sends first, in QUIC v1 and v2."""
    for port, version in ((43001, 0x00000001), (43002, 0x6B3343CF)):
        configuration = QuicConfiguration(alpn_protocols=H3_ALPN, server_name="voice.storybox.example")
        configuration.original_version = version
        configuration.supported_versions = [version]
        client = QuicConnection(configuration=configuration)
        client.connect((CLOUD, 443), now=0.0)
        for datagram, _ in client.datagrams_to_send(now=0.0):
            yield up(UDP(sport=port, dport=443) / Raw(datagram))


def answered(sport: int, dport: int, asked: bytes, told: bytes) -> Iterator[Packet]:
    """Yield a TCP connection in which the server answers the client's first message."""
    yield from connection(sport, dport, [asked])
    for at in range(0, len(told), 1400):
        part = TCP(sport=dport, dport=sport, flags="PA", seq=500 + at, ack=1000 + len(asked))
        yield down(part / Raw(told[at : at + 1400]))


def tls_server() -> Iterator[Packet]:
    """OpenSSL's answer in TLS 1.2, with a self-signed certificate, and in TLS 1.3."""
    with tempfile.TemporaryDirectory() as folder:
        key, certificate = f"{folder}/key.pem", f"{folder}/certificate.pem"
        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
        words = ["req", "-x509", *curve, "-nodes", "-days", "3650", "-subj"]
        name = "/O=Storybox/CN=box.storybox.example"
        files = ["-addext", "subjectAltName=DNS:box.storybox.example", "-keyout", key, "-out", certificate]
        subprocess.run(["openssl", *words, name, *files], check=True, capture_output=True)
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(certificate, key)
        for port, version in ((44001, ssl.TLSVersion.TLSv1_2), (44002, ssl.TLSVersion.TLSv1_3)):
            yield from answered(port, 443, *handshake(server, version))


def handshake(server: ssl.SSLContext, version: ssl.TLSVersion) -> tuple[bytes, bytes]:
    """Return the first flight of a client of this version and the server's."""
    client = ssl.create_default_context()
    client.minimum_version = client.maximum_version = version
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    flights = []
    for end in (
        client.wrap_bio(to_client, to_server, server_hostname="box.storybox.example"),
        server.wrap_bio(to_server, to_client, server_side=True),
    ):
        if flights:
            to_server.write(flights[0])
        try:
            end.do_handshake()
        except ssl.SSLWantReadError:
            flights.append((to_client if flights else to_server).read())
    return flights[0], flights[1]


def dtls() -> Iterator[Packet]:
    """The first packet of OpenSSL's DTLS client."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(5)
        where = f"127.0.0.1:{listener.getsockname()[1]}"
        client = subprocess.Popen(
            ["openssl", "s_client", "-dtls1_2", "-servername", "voice.storybox.example", "-connect", where],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            datagram = listener.recv(2048)
        finally:
            client.kill()
            client.communicate()
    yield up(UDP(sport=44010, dport=4433) / Raw(datagram))


def encrypted_dns() -> Iterator[Packet]:
    """Hellos to a resolver over TLS and over HTTPS, and one after STARTTLS."""
    yield from connection(44020, 853, [hello("dns.storybox.example")])
    yield from connection(44021, 443, [hello("dns.google", "h2")], dst="8.8.8.8")
    yield from connection(44022, 587, [b"EHLO box\r\n", b"STARTTLS\r\n", hello("mail.storybox.example")])


def dns_extras() -> Iterator[Packet]:
    """A question with EDNS options, an answer with keys for encrypted hellos, an answer in two fragments."""
    name = b"\4push\7example\0"
    options = b"\0\0\x29\4\xd0\0\0\0\0\0\x0a\xfd\xe9\0\6" + bytes.fromhex(BOX_MAC.replace(":", ""))
    yield up(
        UDP(sport=40010, dport=53) / Raw(b"\0\1\1\0\0\1\0\0\0\0\0\1" + name + b"\0\x41\0\1" + options),
        GATEWAY,
    )
    body = b"\0\1\0\0\1\0\3\2h2\0\4\0\4\xcb\0\x71\7\0\5\0\2\0\0"
    answer = b"\xc0\x0c\0\x41\0\1\0\0\0\x1e" + len(body).to_bytes(2, "big") + body
    yield down(
        UDP(sport=53, dport=40010) / Raw(b"\0\1\x81\x80\0\1\0\1\0\0\0\0" + name + b"\0\x41\0\1" + answer),
        GATEWAY,
    )
    long = DNS(id=2, qr=1, qd=DNSQR(qname="many.example"), an=[
        *[DNSRR(rrname="many.example", rdata=f"203.0.113.{n}", ttl=60) for n in range(100)]
    ])  # fmt: skip
    yield from fragment(down(UDP(sport=53, dport=40011) / long, GATEWAY), 1000)


def http_leaks() -> Iterator[Packet]:
    """A form that tells too much, its body in a segment of its own, and a port asked of the router."""
    form = b"serial=AB12&mac=02%3A54%3A42%3A00%3A00%3A21&password=secret&lat=50.1"
    head = (
        b"POST /register HTTP/1.1\r\nHost: api.storybox.example\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n" % len(form)
    )
    yield from connection(42010, 80, [head, form])
    service = b"urn:schemas-upnp-org:service:WANIPConnection:1"
    soap = (
        b"<s:Envelope><s:Body><u:AddPortMapping xmlns:u='"
        + service
        + b"'><NewExternalPort>8443</NewExternalPort>"
        b"<NewProtocol>TCP</NewProtocol><NewInternalPort>443</NewInternalPort>"
        b"<NewInternalClient>192.168.4.21</NewInternalClient><NewLeaseDuration>0</NewLeaseDuration>"
        b"<NewPortMappingDescription>storybox</NewPortMappingDescription></u:AddPortMapping></s:Body></s:Envelope>"
    )
    head = b'POST /ctl HTTP/1.1\r\nContent-Type: text/xml\r\nSOAPAction: "%s#AddPortMapping"\r\n'
    head += b"Content-Length: %d\r\n\r\n"
    yield from connection(42011, 5000, [head % (service, len(soap)), soap], dst=GATEWAY)


def over_ipv6(sport: int, dport: int, payload: bytes, dst: str = "ff02::1:2") -> Packet:
    """Return the datagram as the doll sends it."""
    ends = IPv6(src="fe80::22", dst=dst)
    return Ether(src=DOLL_MAC, dst="33:33:00:01:00:02") / ends / UDP(sport=sport, dport=dport) / Raw(payload)


def dhcp6() -> Iterator[Packet]:
    """A client's SOLICIT and a server's REPLY."""
    yield over_ipv6(546, 547, of_dhcp6.SOLICIT)
    reply = IPv6(src="fe80::1", dst="fe80::22") / UDP(sport=547, dport=546) / Raw(of_dhcp6.REPLY)
    yield Ether(src=GATEWAY_MAC, dst=DOLL_MAC) / reply


def llmnr() -> Iterator[Packet]:
    """A query and its answer."""
    yield multicast("224.0.0.252", UDP(sport=50010, dport=5355) / Raw(of_llmnr.QUERY))
    yield down(UDP(sport=5355, dport=50010) / Raw(of_llmnr.ANSWER), "192.168.4.30")


def nbns() -> Iterator[Packet]:
    """A query and a registration."""
    for payload in (of_nbns.QUERY, of_nbns.CLAIM):
        yield multicast("192.168.4.255", UDP(sport=137, dport=137) / Raw(payload))


def portmap() -> Iterator[Packet]:
    """The same port asked for by NAT-PMP and by PCP."""
    for payload in (of_portmap.NAT_PMP, of_portmap.PCP):
        yield up(UDP(sport=50011, dport=5351) / Raw(payload), GATEWAY)


def mqtt() -> Iterator[Packet]:
    """A client with credentials and a will."""
    body = b"\0\4MQTT\4\xc6\0\x3c\0\x0cbox-AB12CD34\0\4home\0\4gone\0\3box\0\6secret"
    yield from connection(42020, 1883, [b"\x10" + bytes((len(body),)) + body])


def coap() -> Iterator[Packet]:
    """A POST with a query."""
    payload = b"\x44\2\0\1toke\x3bBox.example\x82v1\x05state\x47id=AB12\xffbody"
    yield up(UDP(sport=50012, dport=5683) / Raw(payload))


def rtsp() -> Iterator[Packet]:
    """Somebody opens a camera's stream."""
    head = (
        b"DESCRIBE rtsp://192.168.4.30:554/live?user=a RTSP/1.0\r\nCSeq: 2\r\nUser-Agent: Viewer/1.0\r\n\r\n"
    )
    yield from connection(42030, 554, [head], dst="192.168.4.30")


def stun() -> Iterator[Packet]:
    """A binding request, sent twice."""
    payload = b"\0\1\0\x0c\x21\x12\xa4\x42" + bytes(12) + b"\x80\x22\0\5box 2\0\0\0"
    for _ in range(2):
        yield up(UDP(sport=50013, dport=3478) / Raw(payload))


def tunnel() -> Iterator[Packet]:
    """The beginnings of WireGuard, OpenVPN (over UDP and TCP) and IPsec."""
    yield up(UDP(sport=50014, dport=51820) / Raw(of_tunnel.WIREGUARD))
    yield up(UDP(sport=50015, dport=1194) / Raw(of_tunnel.OPENVPN))
    yield up(UDP(sport=500, dport=500) / Raw(of_tunnel.IKE))
    yield from connection(42040, 443, [b"\0\x0e" + of_tunnel.OPENVPN])


def icmp() -> Iterator[Packet]:
    """The router says that a host cannot be reached, and a server that nobody listens."""
    sent = IP(src=BOX, dst="203.0.113.9") / TCP(sport=40020, dport=443)
    yield down(ICMP(type=3, code=1) / sent, GATEWAY)
    yield down(ICMP(type=3, code=3) / (IP(src=BOX, dst=CLOUD) / UDP(sport=40021, dport=123)))


def wifi() -> Iterator[Packet]:
    """A question and its answer as a monitor mode records them, between a beacon and what is encrypted."""
    air = RadioTap(present="TSFT+Flags+Rate", mac_timestamp=1, Flags=0, Rate=2)
    relay = "02:54:42:00:00:ff"
    asked, told = list(dns())[:2]
    yield air / Dot11(type=0, subtype=8, addr1="ff:ff:ff:ff:ff:ff", addr2=relay, addr3=relay) / Raw(bytes(12))
    for packet, way, ends in (
        (asked, 1, (relay, BOX_MAC, GATEWAY_MAC)),
        (told, 2, (BOX_MAC, relay, GATEWAY_MAC)),
    ):
        head = Dot11(type=2, subtype=8, FCfield=way, addr1=ends[0], addr2=ends[1], addr3=ends[2])
        yield air / head / Dot11QoS() / LLC() / SNAP(code=0x0800) / packet[IP]
    secret = Dot11(type=2, subtype=8, FCfield=0x41, addr1=relay, addr2=BOX_MAC, addr3=GATEWAY_MAC)
    yield air / secret / Raw(bytes(40))


SAMPLES = {
    "dns-home": dns,
    "dns-wifi": wifi,
    "mdns-storybox": mdns,
    "dhcp4-lease": dhcp4,
    "ssdp-storybox": ssdp,
    "ntp-request": ntp,
    "neighbour-arp-ndp": neighbour,
    "lldp-mud": lldp,
    "tls-split-hello": tls,
    "http1-pipelined": http1,
    "quic-v1-v2": quic,
    "tls_server-certificate": tls_server,
    "dtls-hello": dtls,
    "tls-resolvers-starttls": encrypted_dns,
    "dns-edns-fragments": dns_extras,
    "http1-leaks": http_leaks,
    "dhcp6-lease": dhcp6,
    "llmnr-names": llmnr,
    "nbns-names": nbns,
    "portmap-requests": portmap,
    "mqtt-connect": mqtt,
    "coap-post": coap,
    "rtsp-describe": rtsp,
    "stun-binding": stun,
    "tunnel-beginnings": tunnel,
    "icmp-unreachable": icmp,
}


def main() -> None:
    """Write the samples named on the command line, or all; packets a tenth of a second apart."""
    for name in sys.argv[1:] or SAMPLES:
        packets = list(SAMPLES[name]())
        for index, packet in enumerate(packets):
            packet.time = START_TS + index / 10
        wrpcap(str(FOLDER / f"{name}.pcap"), packets)


if __name__ == "__main__":
    main()
