"""The ServerHello (RFC 8446 §4.1.3, RFC 5246 §7.4.1.3) and the Certificate message of TLS. No I/O.

Of the server nothing is fingerprinted: JA4S is not free.
"""

from __future__ import annotations

from struct import Struct, error
from typing import Final, NamedTuple

from sensor.wire.malformed import Malformed
from sensor.wire.text import printable

TYPE: Final = 2
CERTIFICATE: Final = 11
"""Handshake message types (RFC 8446 §4)."""

TLS13: Final = 0x0304

MAX_EXTENSIONS: Final = 64
"""Extensions read: a server may only answer to what the client offered, and sends fewer than ten."""

MAX_CHAIN: Final = 16
"""Certificates counted in a chain: browsers build none longer than ten."""

_ALPN: Final = 16
_SUPPORTED_VERSIONS: Final = 43
_KEY_SHARE: Final = 51
_U16: Final = Struct(">H")
_PAIR: Final = Struct(">HH")


class ServerHello(NamedTuple):
    """What the server chose; see TlsServerHello for the fields."""

    version: int
    cipher: int
    group: int | None
    alpn: str | None


def parse(body: bytes) -> ServerHello:
    """Return the ServerHello whose message body this is. Raises Malformed."""
    try:
        return _body(body)
    except (IndexError, error):
        raise Malformed(
            "truncated_hello", f"a ServerHello of {len(body)} bytes ends inside a field"
        ) from None


def _body(data: bytes) -> ServerHello:
    (version,) = _U16.unpack_from(data)
    offset = 35 + data[34]  # version, random, session id
    (cipher,) = _U16.unpack_from(data, offset)
    offset += 3  # cipher suite, compression method
    group = alpn = None
    for kind, value in _extensions(data, offset):
        if kind == _SUPPORTED_VERSIONS:
            (version,) = _U16.unpack(value)
        elif kind == _KEY_SHARE:
            (group,) = _U16.unpack_from(value)
        elif kind == _ALPN:
            alpn = printable(value[3 : 3 + value[2]])
    return ServerHello(version, cipher, group, alpn)


def _extensions(data: bytes, offset: int) -> list[tuple[int, bytes]]:
    found: list[tuple[int, bytes]] = []
    if offset == len(data):  # TLS 1.2 and before may end here
        return found
    end = offset + 2 + _U16.unpack_from(data, offset)[0]
    offset += 2
    if end > len(data):
        raise IndexError
    while offset < end and len(found) < MAX_EXTENSIONS:
        kind, size = _PAIR.unpack_from(data, offset)
        offset += 4 + size
        if offset > end:
            raise IndexError
        found.append((kind, data[offset - size : offset]))
    return found


def chain(body: bytes) -> tuple[bytes, int]:
    """Return the first certificate (DER) of a Certificate message's body and how many it has.

    The form is that of TLS 1.2 (RFC 5246 §7.4.2). Raises Malformed.
    """
    offset, count, first = 3, 0, b""
    while offset + 3 <= len(body) and count < MAX_CHAIN:
        size = int.from_bytes(body[offset : offset + 3], "big")
        offset += 3 + size
        if offset > len(body):
            raise Malformed(
                "certificate_length", f"a certificate of {size} bytes in a message of {len(body)}"
            )
        first = first or body[offset - size : offset]
        count += 1
    return first, count
