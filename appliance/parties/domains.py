"""Host names and addresses: what may be believed, what is local, and the key of the party. Does no I/O."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from typing import Final

from appliance.parties.knowledge import PartyKnowledge

MAX_HOST: Final = 253
"""Longest host name in text form (RFC 1035 §3.1)."""

_HOST: Final = re.compile(r"(?:[a-z0-9_*](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
"""A host name of at least two labels; "*" stands for a label a list left out."""

_PEER: Final = re.compile(r"[a-z0-9_-]{1,63}|[0-9a-f]{2}(?::[0-9a-f]{2}){5}")
"""A name without a dot, or a MAC address: what things in a home are called."""

_LOCAL_ENDINGS: Final = (
    ".local",  # RFC 6762
    ".home.arpa",  # RFC 8375
    ".in-addr.arpa",
    ".ip6.arpa",
    ".internal",  # reserved by ICANN, 2024
    ".lan",
    ".home",
    ".localdomain",
    ".localhost",
    ".fritz.box",
)

_LOCAL_NETWORKS: Final = (
    "0.0.0.0/8",
    "10.0.0.0/8",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "224.0.0.0/4",
    "255.255.255.255/32",
    "::/127",
    "fc00::/7",
    "fe80::/10",
    "ff00::/8",
)
"""Addresses that never leave the home. The standard library's `is_private` also holds test networks."""


def _ranges(version: int) -> tuple[tuple[int, int], ...]:
    networks = (ipaddress.ip_network(text) for text in _LOCAL_NETWORKS)
    return tuple(
        (int(network.network_address), int(network.broadcast_address))
        for network in networks
        if network.version == version
    )


_LOCAL_RANGES: Final = {4: _ranges(4), 6: _ranges(6)}


def believable(name: str | None) -> str | None:
    """Return the name in lower case without final dot when it is a host name of two labels or more."""
    if not name or len(name) > MAX_HOST + 1:
        return None
    host = name.lower().rstrip(".")
    return host if _HOST.fullmatch(host) else None


def is_local_name(name: str) -> bool:
    """Whether the name can only be that of something in the home."""
    host = name.lower().rstrip(".")
    return _PEER.fullmatch(host) is not None or host.endswith(_LOCAL_ENDINGS)


@lru_cache(4_096)
def is_local_address(address: str) -> bool | None:
    """Whether the address stays in the home; None when the text is no address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    mapped = getattr(parsed, "ipv4_mapped", None)
    wanted = mapped if mapped is not None else parsed
    number = int(wanted)
    return any(first <= number <= last for first, last in _LOCAL_RANGES[wanted.version])


def registrable(host: str, knowledge: PartyKnowledge) -> tuple[str, str]:
    """Return (registrable domain, domain of the tenant): equal unless a private suffix lies between.

    "a.b.cloudfront.net" → ("cloudfront.net", "b.cloudfront.net"). A name that is itself a public suffix
    stands for itself.
    """
    icann = knowledge.icann.privatesuffix(host) or host
    return icann, knowledge.private.privatesuffix(host) or icann
