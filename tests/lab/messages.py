"""Bytes of the small protocols the lab's toys speak: DNS, mDNS, SSDP, DHCP, NTP. Does no I/O.

Python's standard library has no client for these; each is a few fields in the order of its RFC.
"""

from __future__ import annotations

import struct
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from tests.household.home import Device, Service

TYPE_A: Final = 1
TYPE_PTR: Final = 12
TYPE_TXT: Final = 16
TYPE_AAAA: Final = 28
TYPE_SRV: Final = 33
CLASS_IN: Final = 1
CACHE_FLUSH: Final = 0x8001  # RFC 6762 §10.2
DHCP_COOKIE: Final = b"\x63\x82\x53\x63"
NTP_EPOCH: Final = 2_208_988_800  # 1900 to 1970, in seconds


def name(text: str) -> bytes:
    """Return a host name on the wire (RFC 1035 §3.1)."""
    return b"".join(bytes([len(label)]) + label for label in text.encode().split(b".")) + b"\0"


def dns_query(identifier: int, host: str, qtype: int) -> bytes:
    """Return a recursive question (RFC 1035 §4.1)."""
    return (
        struct.pack("!6H", identifier, 0x0100, 1, 0, 0, 0) + name(host) + struct.pack("!2H", qtype, CLASS_IN)
    )


def dns_addresses(message: bytes) -> list[str]:
    """Return the addresses of an answer of our own name server (well-formed, names compressed)."""
    questions, answers = struct.unpack_from("!2H", message, 4)
    offset = 12
    for _ in range(questions):
        offset = _after_name(message, offset) + 4
    found = []
    for _ in range(answers):
        offset = _after_name(message, offset)
        rtype, _, _, length = struct.unpack_from("!HHIH", message, offset)
        data = message[offset + 10 : offset + 10 + length]
        if rtype == TYPE_A:
            found.append(str(IPv4Address(data)))
        elif rtype == TYPE_AAAA:
            found.append(str(IPv6Address(data)))
        offset += 10 + length
    return found


def _after_name(message: bytes, offset: int) -> int:
    while message[offset] and message[offset] < 0xC0:
        offset += message[offset] + 1
    return offset + (2 if message[offset] >= 0xC0 else 1)


def mdns_announcement(device: Device, service: Service, version: str) -> bytes:
    """Return an unsolicited mDNS response: PTR, SRV, TXT and A of one service (RFC 6762 §8.3)."""
    label = service.instance.encode()
    instance = bytes([len(label)]) + label + name(service.service)
    host = name(f"{device.hostname.lower()}.local")
    txt = [f"{key}={value.format(version=version)}".encode() for key, value in service.txt]
    records = [
        _record(name(service.service), TYPE_PTR, CLASS_IN, instance),
        _record(instance, TYPE_SRV, CACHE_FLUSH, struct.pack("!3H", 0, 0, service.port) + host),
        _record(instance, TYPE_TXT, CACHE_FLUSH, b"".join(bytes([len(item)]) + item for item in txt)),
        _record(host, TYPE_A, CACHE_FLUSH, IPv4Address(device.ipv4).packed),
    ]
    return struct.pack("!6H", 0, 0x8400, 0, len(records), 0, 0) + b"".join(records)


def _record(owner: bytes, rtype: int, rclass: int, data: bytes) -> bytes:
    return owner + struct.pack("!HHIH", rtype, rclass, 120, len(data)) + data


def ssdp_notify(device: Device, version: str) -> bytes:
    """Return an SSDP NOTIFY (UPnP Device Architecture 2.0 §1.2.2)."""
    server = (device.ssdp_server or "").format(version=version)
    uuid = f"uuid:{device.mac.replace(':', '')}"
    lines = (
        "NOTIFY * HTTP/1.1",
        "HOST: 239.255.255.250:1900",
        "CACHE-CONTROL: max-age=1800",
        f"LOCATION: http://{device.ipv4}:1400/description.xml",
        f"NT: {device.ssdp_target}",
        "NTS: ssdp:alive",
        f"SERVER: {server}",
        f"USN: {uuid}::{device.ssdp_target}",
    )
    return "\r\n".join((*lines, "", "")).encode()


def dhcp_message(device: Device, identifier: int, kind: int, server: bytes | None = None) -> bytes:
    """Return a DISCOVER (1) or, with the server's address, a REQUEST (3) (RFC 2131 §4.4)."""
    mac = bytes.fromhex(device.mac.replace(":", ""))
    broadcast = 0x8000  # we have no address yet: a unicast answer would not reach a UDP socket
    head = struct.pack("!4BIHH16x16s", 1, 1, 6, 0, identifier, 0, broadcast, mac) + bytes(192) + DHCP_COOKIE
    options = [(53, bytes([kind])), (61, b"\x01" + mac)]
    options.append((50, IPv4Address(device.ipv4).packed))  # the address it had before
    if server is not None:
        options.append((54, server))
    options.append((12, device.hostname.encode()))
    if device.vendor_class:
        options.append((60, device.vendor_class.encode()))
    options.append((55, bytes(device.parameters)))
    body = b"".join(bytes([code, len(value)]) + value for code, value in options)
    return head + body + b"\xff"


def dhcp_options(message: bytes) -> dict[int, bytes]:
    """Return the options of an answer of our own DHCP server."""
    found, offset = {}, 240
    while offset + 1 < len(message) and message[offset] != 255:
        length = message[offset + 1]
        found[message[offset]] = message[offset + 2 : offset + 2 + length]
        offset += 2 + length
    return found


def dhcp6_information_request(device: Device, option: int = 23) -> bytes:
    """Return a DHCPv6 Information-request for an option: the name servers (RFC 8415 §18.2.6)."""
    mac = bytes.fromhex(device.mac.replace(":", ""))
    duid = struct.pack("!HH", 3, 1) + mac  # DUID-LL
    options = struct.pack("!HH", 1, len(duid)) + duid + struct.pack("!HHH", 6, 2, option)
    return b"\x0b\x12\x34\x56" + options + struct.pack("!HHH", 8, 2, 0)


def ntp_request(now: float) -> bytes:
    """Return an NTPv4 client request (RFC 5905 §7.3)."""
    return bytes([0x23]) + bytes(39) + _ntp_time(now)


def ntp_answer(request: bytes, now: float) -> bytes:
    """Return a stratum 2 answer to a client request."""
    stamp = _ntp_time(now)
    head = bytes([0x24, 2, 6, 0xE9]) + struct.pack("!II4s", 0x20, 0x40, b"LAB\0")
    return head + stamp + request[40:48] + stamp + stamp


def _ntp_time(now: float) -> bytes:
    seconds = int(now)
    return struct.pack("!II", (seconds + NTP_EPOCH) & 0xFFFFFFFF, int((now - seconds) * 2**32))
