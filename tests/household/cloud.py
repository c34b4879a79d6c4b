"""Where the demonstration home's hosts are: addresses, aliases, and how both rotate over the weeks.

All addresses are of the ranges set aside for test networks (RFC 2544: 198.18.0.0/15, RFC 5180: 2001:2::/48),
so nothing here points at a real machine. Does no I/O.
"""

from __future__ import annotations

import hashlib
from ipaddress import IPv4Address, IPv6Address
from typing import Final

RESOLVER: Final = "198.18.0.53"
"""The lab's authoritative name server."""

FIRST_V4: Final = int(IPv4Address("198.18.1.0"))
SPAN_V4: Final = 120_000
FIRST_V6: Final = int(IPv6Address("2001:2:0:1::"))

HASH_DAYS: Final = 21
"""A hashed CDN label lives about three weeks."""

SIX: Final = ("google.com", "apple.com", "icloud.com", "whatsapp.net", "microsoft.com", "bing.com",
              "wikipedia.org", "netflix.com", "nflxvideo.net")  # fmt: skip
"""Domains that are reachable over IPv6, too."""

CONTENT_WORDS: Final = (
    (
        "amber",
        "birch",
        "cedar",
        "delta",
        "ember",
        "fjord",
        "grove",
        "harbour",
        "indigo",
        "juniper",
        "kestrel",
    ),
    (
        "atlas",
        "bakery",
        "cinema",
        "daily",
        "forum",
        "garden",
        "kitchen",
        "museum",
        "news",
        "recipes",
        "weather",
    ),
)


def content_site(number: int) -> str:
    """Return the `number`-th place of the long tail (no two alike below 11 × 11 × 10)."""
    first, second = CONTENT_WORDS
    tail = number // (len(first) * len(second))
    return f"www.{first[number % 11]}-{second[number // 11 % 11]}{tail or ''}.example"


def written_out(host: str, age_days: int, number: int) -> str:
    """Return the host name as asked for on a day: `{n}` and `{hash}` filled in."""
    label = hashlib.sha256(f"{host}|{age_days // HASH_DAYS}".encode()).hexdigest()[:12]
    return host.replace("{n}", str(number)).replace("{hash}", f"d{label}")


def addresses(host: str, age_days: int, pick: int = 0) -> tuple[str, ...]:
    """Return the IPv4 addresses a resolver gives for a host, `age_days` before the end of the story.

    Hosts of one CDN share a pool. Which two of the pool are handed out changes with day and `pick`.
    """
    pool = _pool(host)
    turn = age_days // 3 + pick
    chosen = dict.fromkeys(pool[(turn + step) % len(pool)] for step in range(2))
    return tuple(str(IPv4Address(FIRST_V4 + number)) for number in chosen)


def addresses6(host: str, age_days: int, pick: int = 0) -> tuple[str, ...]:
    """Return the IPv6 addresses of a host; empty where it has none."""
    if not host.endswith(SIX):
        return ()
    pool = _pool(host)
    return (str(IPv6Address(FIRST_V6 + pool[(age_days // 3 + pick) % len(pool)])),)


def _pool(host: str) -> list[int]:
    shared = "cloudfront.net" if host.endswith("cloudfront.net") else host
    size = 8 if shared == "cloudfront.net" else 3
    digest = hashlib.sha256(shared.encode()).digest()
    base = int.from_bytes(digest[:4], "big") % SPAN_V4
    return [base + step for step in range(size)]
