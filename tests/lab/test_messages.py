"""Bytes of the lab's small protocols, read back by dpkt and scapy."""

from __future__ import annotations

import dpkt
from scapy.layers.dhcp import BOOTP, DHCP
from scapy.layers.dhcp6 import DHCP6_InfoRequest

from tests.household.home import DEVICES, DOLL, LAPTOP, SPEAKER
from tests.lab import messages


def test_dns_query() -> None:
    read = dpkt.dns.DNS(messages.dns_query(7, "rtnl.bxcl.de", 28))
    assert (read.id, read.qd[0].name, read.qd[0].type) == (7, "rtnl.bxcl.de", 28)


def test_mdns_announcement() -> None:
    read = dpkt.dns.DNS(messages.mdns_announcement(DOLL, DOLL.services[0], "9.9"))
    txt = next(record for record in read.an if record.type == messages.TYPE_TXT)
    assert b"fw=9.9" in txt.rdata
    assert {record.type for record in read.an} == {1, 12, 16, 33}


def test_ssdp_notify() -> None:
    text = messages.ssdp_notify(SPEAKER, "83.1").decode()
    assert text.startswith("NOTIFY * HTTP/1.1\r\n")
    assert "SERVER: Linux UPnP/1.0 Sonos/83.1 (ZPS1)\r\n" in text
    assert text.endswith("\r\n\r\n")


def test_dhcp_of_every_device() -> None:
    for device in DEVICES:
        read = BOOTP(messages.dhcp_message(device, 5, 3, b"\xc0\xa8\x4d\x01"))
        options = dict(option[:2] for option in read[DHCP].options if isinstance(option, tuple))
        assert options["hostname"].decode() == device.hostname
        assert tuple(options["param_req_list"]) == device.parameters
        assert options["requested_addr"] == device.ipv4


def test_dhcp6_information_request() -> None:
    read = DHCP6_InfoRequest(messages.dhcp6_information_request(LAPTOP))
    assert read.msgtype == 11


def test_ntp_answer_returns_the_clients_time() -> None:
    request = messages.ntp_request(1_795_000_000.5)
    answer = dpkt.ntp.NTP(messages.ntp_answer(request, 1_795_000_001.0))
    assert (answer.mode, answer.stratum) == (4, 2)
    assert answer.originate_time == request[40:48]
