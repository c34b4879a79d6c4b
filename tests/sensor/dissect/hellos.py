"""ClientHellos put together byte by byte, for the tests of what reads them."""

from __future__ import annotations

Extension = tuple[int, bytes]


def u16(value: int) -> bytes:
    return value.to_bytes(2, "big")


def sized(data: bytes, size: int = 2) -> bytes:
    """Return the data behind its length in `size` bytes."""
    return len(data).to_bytes(size, "big") + data


def server_name(name: bytes) -> Extension:
    return 0, sized(b"\0" + sized(name))


def alpn(*protocols: bytes) -> Extension:
    return 16, sized(b"".join(sized(protocol, 1) for protocol in protocols))


def versions(*numbers: int) -> Extension:
    return 43, sized(b"".join(map(u16, numbers)), 1)


def algorithms(*numbers: int) -> Extension:
    return 13, sized(b"".join(map(u16, numbers)))


def hello(
    extensions: list[Extension] | None = None, ciphers: tuple[int, ...] = (0x1301,), version: int = 0x0303
) -> bytes:
    """Return a ClientHello handshake message; without any extension block for None."""
    body = u16(version) + bytes(32) + sized(b"", 1) + sized(b"".join(map(u16, ciphers))) + sized(b"\0", 1)
    if extensions is not None:
        body += sized(b"".join(u16(kind) + sized(data) for kind, data in extensions))
    return b"\x01" + sized(body, 3)


def record(fragment: bytes) -> bytes:
    """Return a TLS handshake record."""
    return b"\x16\x03\x01" + sized(fragment)
