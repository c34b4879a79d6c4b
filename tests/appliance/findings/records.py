"""Records as one toy would give rise to them, to be varied by field."""

from __future__ import annotations

from typing import Any

from sensor.records import (
    CoapRequest,
    DnsQuery,
    EncryptedDns,
    FlowRecord,
    HttpRequest,
    MqttConnect,
    PortMapping,
    RtspRequest,
    TlsCertificate,
    TlsClientHello,
    TlsServerHello,
    Tunnel,
)

TOY, PHONE, ROUTER, OUTSIDE = "192.168.1.2", "192.168.1.9", "192.168.1.1", "198.51.100.7"
TOY_MAC, PHONE_MAC, ROUTER_MAC = "02:00:00:00:00:02", "02:00:00:00:00:09", "02:00:00:00:00:01"
SYN_ACK = 0x12


def http(**changes: Any) -> HttpRequest:
    plain = HttpRequest(
        10.0, "h1", None, TOY, 40000, OUTSIDE, 80, "GET", "toy.example", "/", (), None, None, None, ("host",)
    )
    return plain._replace(**changes)


def tls(**changes: Any) -> TlsClientHello:
    plain = TlsClientHello(
        10.0, "t1", None, "tcp", TOY, 40000, OUTSIDE, 443, "toy.example", (), (0x0304, 0x0303), "t13", False
    )
    return plain._replace(**changes)


def server(**changes: Any) -> TlsServerHello:
    plain = TlsServerHello(10.0, "t1", None, TOY, 40000, OUTSIDE, 443, 0x0303, 0xC02F, None, None)
    return plain._replace(**changes)


def certificate(**changes: Any) -> TlsCertificate:
    plain = TlsCertificate(
        1e9, "t1", None, TOY, 40000, OUTSIDE, 443, "CN=a", "CN=b", 0.0, 2e9, ("toy.example",), False, 3
    )
    return plain._replace(**changes)


def dns(resolver: str, **changes: Any) -> DnsQuery:
    return DnsQuery(10.0, "q1", None, TOY, resolver, "udp", "toy.example", 1)._replace(**changes)


def encrypted_dns(**changes: Any) -> EncryptedDns:
    return EncryptedDns(10.0, "e1", None, TOY, OUTSIDE, 443, "doh", "dns.google", "name")._replace(**changes)


def tunnel(**changes: Any) -> Tunnel:
    return Tunnel(10.0, "v1", None, TOY, OUTSIDE, 51820, "wireguard")._replace(**changes)


def mqtt(**changes: Any) -> MqttConnect:
    plain = MqttConnect(10.0, "m1", None, TOY, OUTSIDE, 1883, 4, "text", False, False, 60, None)
    return plain._replace(**changes)


def coap(**changes: Any) -> CoapRequest:
    return CoapRequest(10.0, "c1", None, TOY, OUTSIDE, 5683, "GET", None, "/state", ())._replace(**changes)


def rtsp(**changes: Any) -> RtspRequest:
    return RtspRequest(10.0, "r1", None, TOY, OUTSIDE, 554, "PLAY", "/live", None, None)._replace(**changes)


def mapping(**changes: Any) -> PortMapping:
    plain = PortMapping(
        10.0, "p1", None, TOY, ROUTER, "igd", "add", "tcp", TOY, 80, 8080, 0, "toy"
    )  # fmt: skip
    return plain._replace(**changes)


def flow(**changes: Any) -> FlowRecord:
    """A TLS connection of the toy to the internet, through the router."""
    plain = FlowRecord(
        10.0, 1.0, "f1", "1:x", 0, "tcp", TOY, 40000, OUTSIDE, 443, 5, 5, 700, 700, 600, 600, 400, 400,
        TOY_MAC, ROUTER_MAC, ROUTER_MAC, None, 0x1A, 0x1B, "closed",
    )  # fmt: skip
    return plain._replace(**changes)


def within(**changes: Any) -> FlowRecord:
    """A connection of the phone to the toy, within the home."""
    plain = flow(orig_h=PHONE, resp_h=TOY, orig_mac=PHONE_MAC, resp_mac=TOY_MAC, orig_dst_mac=TOY_MAC)
    return plain._replace(resp_p=8009)._replace(**changes)
