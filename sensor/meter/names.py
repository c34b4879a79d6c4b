"""Names and bounds that both meters share. Imports nothing, so that the native one starts at once."""

from __future__ import annotations

from typing import Final

ICMP, TCP, UDP, ICMP6, SCTP = 1, 6, 17, 58, 132

MAX_FLOWS: Final = 1_000_000
"""Flows in the table at once: a scan of a home's whole address space fits, and it takes 160 MB."""

_NAMED: Final = {
    1: "icmp",
    2: "igmp",
    6: "tcp",
    17: "udp",
    47: "gre",
    50: "esp",
    51: "ah",
    58: "icmp6",
    89: "ospf",
    103: "pim",
    112: "vrrp",
    132: "sctp",
}
PROTOCOLS: Final = tuple(_NAMED.get(number, f"ip-{number}") for number in range(256))
"""Text form of each IANA protocol number."""

OTHER_KINDS: Final = (
    "arp", "rarp", "eapol", "lldp", "pppoe", "loopback", "ieee1905", "homeplug",
    "mpls", "ppp", "null", "wifi", "llc", "stp", "ethertype",
)  # fmt: skip
"""What a frame without IP is counted as: `stats()["other_" + kind]`."""
