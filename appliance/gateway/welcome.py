"""The way to the set-up page while nobody has set Tattlebox up: a phone that joins opens it by itself.

Does no I/O. Phones and computers find out whether a network wants to show a page first: they are told so
with their address (RFC 8910) and then ask the page's own interface (RFC 8908), or they fetch a known page
from a host of their maker, unencrypted. Both are answered by the dashboard until there is a first account,
never after. The home's way to the internet is open all the while.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Interface, IPv6Interface
from typing import Final

OWN_NAME: Final = "tattlebox.home.arpa"
"""What the gateway is called on the toys' network (RFC 8375)."""

PAGE: Final = f"http://{OWN_NAME}/setup/"
"""Unencrypted, since a phone's small window refuses a certificate that it does not know, without a word."""

SAFE_PAGE: Final = f"https://{OWN_NAME}/setup/"
API_PATH: Final = "/captive-portal"
API: Final = f"https://{OWN_NAME}{API_PATH}"
"""RFC 8908 wants TLS. Who does not believe the certificate goes on to the hosts below."""

PROBES: Final = (
    "captive.apple.com",
    "connectivitycheck.android.com",
    "connectivitycheck.gstatic.com",
    "clients3.google.com",
    "connectivitycheck.platform.hicloud.com",
    "connect.rom.miui.com",
    "www.msftconnecttest.com",
    "ipv6.msftconnecttest.com",
    "www.msftncsi.com",
    "detectportal.firefox.com",
    "connectivity-check.ubuntu.com",
    "nmcheck.gnome.org",
    "network-test.debian.org",
)
"""Hosts that are asked for nothing but that (2026): Apple, Android, Huawei, Xiaomi, Windows, Firefox, Linux.
Hosts that serve anything else besides, such as www.google.com, are left alone."""

DHCP_OPTION, DHCP6_OPTION = 114, 103


def lines(four: IPv4Interface, six: IPv6Interface) -> Iterator[str]:
    """Yield what dnsmasq is told. What it answers so may not be kept (local-ttl is 0)."""
    yield f"dhcp-option={DHCP_OPTION},{API}"
    yield f"dhcp-option=option6:{DHCP6_OPTION},{API}"
    for host in PROBES:
        yield f"address=/{host}/{four.ip}"
        yield f"address=/{host}/{six.ip}"
