"""The ClientHello (RFC 8446 §4.1.2, RFC 5246 §7.4.1.2), of handshake bytes from TLS, QUIC or DTLS. No I/O."""

from __future__ import annotations

from functools import lru_cache
from struct import Struct, error
from typing import Final, NamedTuple

from sensor.records import MAX_ITEMS
from sensor.wire import ja4
from sensor.wire.malformed import Malformed
from sensor.wire.text import printable

MAX_HELLO_BYTES: Final = 65_536
"""Longest ClientHello that is read: post-quantum keys and padding make some kilobytes, OpenSSL takes 128."""

MAX_EXTENSIONS: Final = 512
"""Extensions read: fewer than 70 are assigned, the rest of a longer list is abuse."""

_CACHED_HELLOS: Final = 2048
"""Remembered combinations of client and server name: a home has some hundreds; about 4 MB at worst."""

_CACHED_BYTES: Final = 1024
"""Longest hello parts that are remembered; a usual hello has 200 bytes of them."""

TYPE: Final = 1
"""Of a ClientHello among handshake messages (RFC 8446 §4)."""

_HEADER: Final = 4
_PAIR: Final = Struct(">HH")
_SERVER_NAME: Final = 0
_SIGNATURE_ALGORITHMS: Final = 13
_ALPN: Final = 16
_SUPPORTED_VERSIONS: Final = 43
_ECH: Final = 0xFE0D
_READ: Final = frozenset((_SERVER_NAME, _SIGNATURE_ALGORITHMS, _ALPN, _SUPPORTED_VERSIONS, _ECH))


class ClientHello(NamedTuple):
    """What a ClientHello says in the clear; see TlsClientHello for the fields."""

    server_name: str | None
    alpn: tuple[str, ...]
    versions: tuple[int, ...]
    ja4: str
    ech: bool


def parse(handshake: bytes, transport: str) -> ClientHello | None:
    """Return the ClientHello at the start of a stream of handshake messages, None while more is needed.

    `transport` is "t" for TCP, "q" for QUIC, "d" for DTLS (it goes into the JA4). Raises Malformed.
    """
    if not handshake:
        return None
    if handshake[0] != TYPE:
        raise Malformed("not_a_hello", f"read handshake type {handshake[0]}, expected 1 (ClientHello)")
    end = _HEADER + int.from_bytes(handshake[1:_HEADER], "big")
    if len(handshake) < _HEADER:
        return None
    if end > MAX_HELLO_BYTES:
        raise Malformed("long_hello", f"a ClientHello of {end} bytes, expected at most {MAX_HELLO_BYTES}")
    if len(handshake) < end:
        return None
    try:
        return _body(handshake[_HEADER:end], transport)
    except (IndexError, error):
        raise Malformed("truncated_hello", f"{end} bytes end inside a field") from None


def _body(data: bytes, transport: str) -> ClientHello:
    """Raises IndexError or struct.error where a length leads past the end."""
    (version,) = _U16.unpack_from(data)
    offset = 35 + data[34]  # version, random, session id
    if transport == "d":
        offset += 1 + data[offset]  # the cookie (RFC 6347 §4.2.1)
    (size,) = _U16.unpack_from(data, offset)
    ciphers = data[offset + 2 : offset + 2 + size]
    offset += 2 + size
    offset += 1 + data[offset]  # compression methods
    types, bodies = _extensions(data, offset)
    small = len(ciphers) + sum(map(len, bodies.values())) + 2 * len(types) <= _CACHED_BYTES
    return (_told_cached if small else _told)(
        transport,
        version,
        ciphers,
        tuple(types),
        bodies.get(_SERVER_NAME),
        bodies.get(_SIGNATURE_ALGORITHMS, b"")[2:],
        bodies.get(_ALPN),
        bodies.get(_SUPPORTED_VERSIONS),
        bodies.get(_ECH, b"")[:1],
    )


def _told(  # noqa: PLR0917 - by position, because it is remembered by these values
    transport: str,
    version: int,
    ciphers: bytes,
    types: tuple[int, ...],
    server_name: bytes | None,
    algorithms: bytes,
    alpn: bytes | None,
    supported_versions: bytes | None,
    ech: bytes,
) -> ClientHello:
    """Return what these parts of a hello tell: all that is not new in every hello of one client."""
    versions = _versions(supported_versions) or (version,)
    protocols = _alpn(alpn)
    return ClientHello(
        _server_name(server_name),
        tuple([printable(protocol) for protocol in protocols]),
        versions,
        ja4.ja4(
            transport,
            min(versions) if transport == "d" else max(versions),  # DTLS counts down
            ciphers,
            extensions=types,
            signature_algorithms=algorithms,
            alpn=protocols[0] if protocols else None,
        ),
        ech == b"\0",  # draft-ietf-tls-esni §5: 0 outer, 1 inner
    )


_told_cached: Final = lru_cache(_CACHED_HELLOS)(_told)

_U16: Final = Struct(">H")


def _extensions(data: bytes, offset: int) -> tuple[list[int], dict[int, bytes]]:
    """Return the extension types in order and the bodies of those we read; the first of a kind counts."""
    types: list[int] = []
    bodies: dict[int, bytes] = {}
    if offset == len(data):  # TLS 1.2 and before may end here
        return types, bodies
    end = offset + 2 + _U16.unpack_from(data, offset)[0]
    offset += 2
    if end > len(data):
        raise IndexError
    pair = _PAIR.unpack_from
    while offset < end:
        kind, size = pair(data, offset)
        offset += 4 + size
        types.append(kind)
        if kind in _READ and kind not in bodies:
            bodies[kind] = data[offset - size : offset]
    if offset != end:
        raise IndexError
    if len(types) > MAX_EXTENSIONS:
        raise Malformed("many_extensions", f"{len(types)} extensions, expected at most {MAX_EXTENSIONS}")
    return types, bodies


def _server_name(body: bytes | None) -> str | None:
    """Return the host name of a server_name extension (RFC 6066 §3), lower-case, without a final dot."""
    if body is None or len(body) < 5 or body[2] != 0:
        return None
    size = body[3] << 8 | body[4]
    if size > len(body) - 5:
        raise IndexError
    return printable(body[5 : 5 + size]).lower().rstrip(".")


def _alpn(body: bytes | None) -> list[bytes]:
    """Return the protocols of an ALPN extension (RFC 7301 §3.1), at most MAX_ITEMS."""
    found: list[bytes] = []
    offset = 2
    while body is not None and offset < len(body) and len(found) < MAX_ITEMS:
        following = offset + 1 + body[offset]
        if following > len(body):
            raise IndexError
        found.append(body[offset + 1 : following])
        offset = following
    return found


def _versions(body: bytes | None) -> tuple[int, ...]:
    """Return the versions of a supported_versions extension (RFC 8446 §4.2.1) without GREASE."""
    return tuple(ja4.values(body[1 : 1 + body[0]])[:MAX_ITEMS]) if body else ()
