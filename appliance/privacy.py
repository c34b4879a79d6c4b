"""Pseudonyms and coarse numbers for what leaves the home. Does no I/O.

All of it hangs on one key that a home draws for one study and never gives away: without it nobody can make
the pseudonyms again, and two studies, or two homes, have nothing in common that could be joined.
"""

from __future__ import annotations

import hashlib
import hmac
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import Final

KEY_BYTES: Final = 32
PSEUDONYM_DIGITS: Final = 16
"""Hexadecimal digits: 64 bits, so that the devices of a million homes stay apart."""

CACHED_ADDRESSES: Final = 16_384
"""Addresses whose pseudonym is remembered: one costs 32 encryptions (IPv6: 128); a home meets thousands."""

MAX_SHIFT_WEEKS: Final = 26
"""A record is moved by whole weeks, so that weekdays stay, and only back: a consent's end is never passed."""

AMOUNTS: Final = ("thousand", "magnitude")
"""Bytes to the nearest thousand, counts as they are / both as the power of two at or below them."""


class Pseudonyms:
    """What one home is called within one study."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"read a key of {len(key)} bytes, expected {KEY_BYTES}")
        from yacryptopan import CryptoPAn  # noqa: PLC0415 - 3 MB that only those who replace addresses need

        self._key = key
        self._pan = CryptoPAn(self._derived("addresses"))
        self._remembered = lru_cache(CACHED_ADDRESSES)(self._replaced)

    def device(self, device: str) -> str:
        """Return the pseudonym of a device."""
        return self._derived(f"device {device}").hex()[:PSEUDONYM_DIGITS]

    def address(self, address: str) -> str:
        """Return the address that stands for another. Equal beginnings stay equal.

        Crypto-PAn: Xu et al., "Prefix-preserving IP address anonymization", 2002. Raises ValueError.
        """
        return self._remembered(address)

    def shift_days(self) -> int:
        """Return by how many days the home's record is moved, 7 to 182 days back."""
        return -7 * (1 + int.from_bytes(self._derived("shift")[:4], "big") % MAX_SHIFT_WEEKS)

    def signing_seed(self) -> bytes:
        """Return the seed of the key that the home signs with."""
        return self._derived("signature")

    def _derived(self, purpose: str) -> bytes:
        return hmac.digest(self._key, purpose.encode(), hashlib.sha256)

    def _replaced(self, address: str) -> str:
        parsed = ip_address(address.partition("%")[0])
        if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
            parsed = parsed.ipv4_mapped
        number = self._pan.anonymize_bin(int(parsed), parsed.version)
        return str(type(parsed)(number))


def coarse(number: int, amounts: str, *, counted: bool = False) -> int:
    """Return a number as a study's profile says; `counted`: it is a count of something, not bytes."""
    if amounts == "magnitude":
        return 1 << number.bit_length() - 1 if number > 0 else 0
    return number if counted else round(number / 1000) * 1000
