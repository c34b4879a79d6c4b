"""Text and addresses out of packet bytes: any byte has a form that can be stored and shown. No I/O."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv6Address
from typing import Final

from sensor.records import MAX_TEXT

_CACHED_ADDRESSES: Final = 4096
"""Addresses of each kind whose text is remembered: a home talks to some hundreds."""

_MAPPED_PREFIX: Final = bytes(10) + b"\xff\xff"


def printable(data: bytes) -> str:
    r"""Return the bytes as text of at most MAX_TEXT characters.

    Printable UTF-8 stays as it is (toys are named in every alphabet), a backslash is doubled and every other
    byte becomes \xNN, so that two different inputs never look alike and no control character gets through.
    """
    data = data[: MAX_TEXT * 4]
    if data.isascii():
        text = data.decode("ascii")
        if text.isprintable() and "\\" not in text:
            return text[:MAX_TEXT]
    return "".join(map(_shown, data.decode("utf-8", "surrogateescape")))[:MAX_TEXT]


def _shown(character: str) -> str:
    if character == "\\":
        return "\\\\"
    if character.isprintable():
        return character
    return "".join(f"\\x{byte:02x}" for byte in character.encode("utf-8", "surrogateescape"))


@lru_cache(_CACHED_ADDRESSES)
def ipv4(data: bytes) -> str:
    """Return the dotted form of four bytes."""
    return "%d.%d.%d.%d" % tuple(data)  # noqa: UP031 - half the price of an f-string over an unpacked tuple


@lru_cache(_CACHED_ADDRESSES)
def ipv6(data: bytes) -> str:
    """Return the RFC 5952 form of sixteen bytes; an IPv4-mapped address in mixed notation (§5)."""
    if data[:12] == _MAPPED_PREFIX:
        return "::ffff:" + ipv4(data[12:])
    return IPv6Address(data).compressed


def mac(data: bytes) -> str:
    """Return the lower-case, colon-separated form of six bytes."""
    return data.hex(":")
