"""Records with the fields a test does not care about filled in, and one knowledge for all tests."""

from __future__ import annotations

import copy
from typing import Any

from appliance.devices.knowledge import DeviceKnowledge
from sensor.records import (
    DhcpAck,
    DhcpRequest,
    DnsQuery,
    FlowRecord,
    HttpRequest,
    MdnsService,
    Neighbour,
    SsdpAnnouncement,
    TlsClientHello,
)
from tests.appliance.known import knowledge

KNOWLEDGE = knowledge().devices

PLUG = "50:c7:bf:00:fc:a3"  # TP-LINK TECHNOLOGIES CO.,LTD.
BOX = "98:9e:80:3c:51:0e"  # tonies GmbH
MODULE = "fc:f5:c4:5c:21:9a"  # Espressif Inc.
ROUTER = "2c:cf:67:10:77:01"  # Raspberry Pi (Trading) Ltd
PRIVATE = "5a:1d:c8:44:90:e2"  # locally administered
PRIVATE_2 = "5a:1d:c8:44:90:e3"


def flow(
    orig_mac: str | None = PLUG,
    orig_h: str = "192.168.1.20",
    resp_mac: str | None = ROUTER,
    resp_h: str = "198.51.100.7",
    **other: Any,
) -> FlowRecord:
    fields: dict[str, Any] = {
        "ts": 100.0,
        "duration_s": 1.0,
        "uid": "u",
        "community_id": "1:",
        "part": 0,
        "proto": "tcp",
        "orig_h": orig_h,
        "orig_p": 40_000,
        "resp_h": resp_h,
        "resp_p": 443,
        "orig_pkts": 5,
        "resp_pkts": 5,
        "orig_wire_bytes": 900,
        "resp_wire_bytes": 900,
        "orig_ip_bytes": 800,
        "resp_ip_bytes": 800,
        "orig_bytes": 500,
        "resp_bytes": 500,
        "orig_mac": orig_mac,
        "resp_mac": resp_mac,
        "orig_dst_mac": resp_mac,
        "vlan": None,
        "orig_tcp_flags": 0x1B,
        "resp_tcp_flags": 0x1B,
        "end": "closed",
    }
    return FlowRecord(**{**fields, **other})


def neighbour(mac: str, address: str, ts: float = 100.0, source: str = "arp") -> Neighbour:
    return Neighbour(ts, mac, address, source)


def dhcp(mac: str = PLUG, ts: float = 100.0, **other: Any) -> DhcpRequest:
    fields: dict[str, Any] = {
        "message_type": 3,
        "client": None,
        "requested_address": None,
        "hostname": None,
        "fqdn": None,
        "vendor_class": None,
        "client_id": None,
        "parameter_list": (),
    }
    return DhcpRequest(ts, mac, **{**fields, **other})


def lease(
    mac: str, address: str, ts: float = 100.0, routers: tuple[str, ...] = (), message_type: int = 5
) -> DhcpAck:
    return DhcpAck(ts, mac, message_type, address, None, 3600, routers, ())


def mdns(mac: str | None = PLUG, host: str = "192.168.1.20", ts: float = 100.0, **other: Any) -> MdnsService:
    fields: dict[str, Any] = {
        "service": "",
        "instance": None,
        "hostname": None,
        "port": None,
        "txt": (),
        "addresses": (),
    }
    return MdnsService(ts, mac, host, **{**fields, **other})


def ssdp(
    mac: str | None = PLUG, host: str = "192.168.1.20", kind: str = "notify", **other: Any
) -> SsdpAnnouncement:
    fields: dict[str, Any] = {
        "target": None,
        "usn": None,
        "server": None,
        "location": None,
        "user_agent": None,
    }
    return SsdpAnnouncement(100.0, mac, host, kind, **{**fields, **other})


def query(name: str, mac: str | None = PLUG, client: str = "192.168.1.20", ts: float = 100.0) -> DnsQuery:
    return DnsQuery(ts, "u", mac, client, "192.168.1.1", "udp", name, 1)


def hello(name: str | None, ja4: str = "t12d0000_0_0", ech: bool = False, mac: str = PLUG) -> TlsClientHello:
    return TlsClientHello(
        100.0, "u", mac, "tcp", "192.168.1.20", 40_000, "198.51.100.7", 443, name, (), (771,), ja4, ech
    )


def http(host: str | None, user_agent: str | None, mac: str = PLUG) -> HttpRequest:
    return HttpRequest(
        100.0,
        "u",
        mac,
        "192.168.1.20",
        4,
        "198.51.100.7",
        80,
        "GET",
        host,
        "/",
        (),
        user_agent,
        None,
        None,
        (),
    )


def registered_to(name: str) -> DeviceKnowledge:
    """Return the knowledge of the data files with an OUI table that names one organisation for every MAC."""
    knowledge = copy.copy(KNOWLEDGE)
    knowledge._oui = Registered(name)
    return knowledge


class Registered:
    """An OUI table that says the same of every MAC."""

    def __init__(self, name: str | None) -> None:
        self._name = name

    def organisation(self, mac: str) -> str | None:
        return self._name
