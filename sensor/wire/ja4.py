"""JA4, the fingerprint of a TLS ClientHello, and nothing else of that family. No I/O.

Specification: https://github.com/FoxIO-LLC/ja4/blob/main/technical_details/JA4.md (BSD 3-Clause; the other
members of JA4+ are under another licence and are not here).
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from struct import unpack_from
from typing import Final

GREASE: Final = frozenset(byte << 8 | byte for byte in range(0x0A, 0x100, 0x10))
"""Values that mean nothing (RFC 8701 §2): 0x0a0a, 0x1a1a, ... 0xfafa."""

_CACHED_LISTS: Final = 1024
"""Remembered hashes: one TLS library gives one list (16 with GREASE), a home has some dozens."""

_CACHED_BYTES: Final = 1024
"""Longest list that is remembered, so that the caches hold a few megabytes at worst."""

_EMPTY_HASH: Final = "000000000000"
_SERVER_NAME: Final = 0
_ALPN: Final = 16
_VERSIONS: Final = {
    0x0304: "13",
    0x0303: "12",
    0x0302: "11",
    0x0301: "10",
    0x0300: "s3",
    0x0002: "s2",
    0xFEFF: "d1",
    0xFEFD: "d2",
    0xFEFC: "d3",
}


def ja4(
    transport: str,
    version: int,
    ciphers: bytes,
    *,
    extensions: tuple[int, ...],
    signature_algorithms: bytes,
    alpn: bytes | None,
) -> str:
    """Return the fingerprint.

    `transport` is "t", "q" or "d"; `version` the highest of supported_versions (GREASE left out), else the
    legacy version; `ciphers` and `signature_algorithms` the 16-bit values as on the wire; `extensions` the
    types in order; `alpn` the first protocol, None without one.
    """
    cipher_count, cipher_hash = (_ciphers_cached if len(ciphers) <= _CACHED_BYTES else _ciphers)(ciphers)
    kept = [extension for extension in extensions if extension not in GREASE]
    destination = "d" if _SERVER_NAME in kept else "i"
    hashed = tuple(sorted([extension for extension in kept if extension not in (_SERVER_NAME, _ALPN)]))
    small = len(hashed) * 2 + len(signature_algorithms) <= _CACHED_BYTES
    extension_hash = (_extensions_cached if small else _extensions)(hashed, signature_algorithms)
    return (
        f"{transport}{_VERSIONS.get(version, '00')}{destination}{cipher_count:02d}{min(len(kept), 99):02d}"
        f"{_ends(alpn)}_{cipher_hash}_{extension_hash}"
    )


def values(data: bytes) -> list[int]:
    """Return the 16-bit values of a list on the wire without GREASE; an odd last byte is passed over."""
    return [value for value in unpack_from(f">{len(data) // 2}H", data) if value not in GREASE]


def _ends(alpn: bytes | None) -> str:
    """Return the first and last character of the protocol; of its hexadecimal form where one is no letter."""
    if not alpn:
        return "00"
    ends = alpn[:1] + alpn[-1:]
    if ends.isalnum():  # bytes.isalnum knows ASCII alone, as the specification wants
        return ends.decode("ascii")
    text = alpn.hex()
    return text[0] + text[-1]


def _ciphers(data: bytes) -> tuple[int, str]:
    kept = values(data)
    return min(len(kept), 99), _hash(_listed(sorted(kept)))


def _extensions(kept: tuple[int, ...], signature_algorithms: bytes) -> str:
    if not kept:
        return _EMPTY_HASH
    algorithms = _listed(values(signature_algorithms))
    return _hash(_listed(kept) + ("_" + algorithms if algorithms else ""))


_ciphers_cached: Final = lru_cache(_CACHED_LISTS)(_ciphers)
_extensions_cached: Final = lru_cache(_CACHED_LISTS)(_extensions)


def _listed(numbers: list[int] | tuple[int, ...]) -> str:
    return ",".join([f"{number:04x}" for number in numbers])


def _hash(text: str) -> str:
    return sha256(text.encode("ascii")).hexdigest()[:12] if text else _EMPTY_HASH
