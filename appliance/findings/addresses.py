"""Whether an address lies outside the home. Does no I/O."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import Final

_INSIDE: Final = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.168.0.0/16", "224.0.0.0/3", "::/127", "fc00::/7", "fe80::/10", "ff00::/8",
    )
)  # fmt: skip
"""Home, link-local, multicast and the provider's shared space (RFC 6598), where its own resolver may be."""

HOME_BITS: Final = 56
"""Prefix that a home is given (RIPE-690 §4.2); a provider that gives less keeps no resolvers in the rest."""


@lru_cache(4_096)
def is_outside(address: str) -> bool:
    """Whether the text is an address on the public internet; False for what is no address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return not any(parsed.version == network.version and parsed in network for network in _INSIDE)


def leaves_home(here: str, there: str) -> bool:
    """Whether what is exchanged between an address in the home and another crosses the internet.

    The phone's and the toy's public IPv6 addresses are outside by themselves, and of one home together.
    """
    return is_outside(there) and not of_one_home(here, there)


@lru_cache(4_096)
def of_one_home(one: str, other: str) -> bool:
    """Whether two IPv6 addresses lie in what a provider hands to one home; False for anything else."""
    if ":" not in one or ":" not in other:
        return False
    try:
        prefixes = {int(ipaddress.IPv6Address(text)) >> 128 - HOME_BITS for text in (one, other)}
    except ValueError:
        return False
    return len(prefixes) == 1
