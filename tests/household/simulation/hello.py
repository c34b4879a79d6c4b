"""TLS clients of simulated devices: what each always says, its fingerprint, its first message."""

from __future__ import annotations

import random
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple

from aioquic.quic.crypto import CryptoPair

from sensor.wire import clienthello
from tests.captures.messages import client_hello, extension, server_hello, sized, u16

CIPHERS: Final = (
    *(0x1301, 0x1302, 0x1303, 0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8, 0xC023, 0xC027, 0xC024),
    *(0xC028, 0xC013, 0xC014, 0xC009, 0xC00A, 0x009C, 0x009D, 0x002F, 0x0035, 0x003C, 0x003D, 0x000A),
    *(0xC008, 0xC012, 0x009E, 0x009F, 0x0033, 0x0039),
)
ALGORITHMS: Final = (0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601, 0x0203, 0x0201)
PROTOCOLS: Final = {False: ("h2", "http/1.1"), True: ("h3",)}
VERSIONS: Final = {False: (0x0304, 0x0303), True: (0x0304,)}
"""By whether it is QUIC."""

QUIC_V1: Final = bytes.fromhex("00000001")
INITIAL_BYTES: Final = 1_200
"""Least size of a datagram with a client's Initial (RFC 9000 §14.1)."""


class Client(NamedTuple):
    """A TLS implementation."""

    ciphers: tuple[int, ...]
    algorithms: tuple[int, ...]
    tickets: bool


def drawn(rng: random.Random) -> Client:
    """Return a client that hardly any other device has."""
    ciphers = rng.sample(CIPHERS, rng.randrange(5, len(CIPHERS)))
    return Client(tuple(ciphers), tuple(rng.sample(ALGORITHMS, rng.randrange(4, 9))), rng.random() < 0.5)


@lru_cache(4_096)
def fingerprint(client: Client, *, quic: bool = False, ech: bool = False) -> str:
    """Return the JA4 of a client's hello."""
    told = clienthello.parse(message(client, "a.example", random.Random(0), quic=quic, ech=ech), "tq"[quic])
    assert told is not None
    return told.ja4


def by_fingerprint(clients: Iterable[Client]) -> dict[str, Client]:
    """Return clients by each of their fingerprints: over TCP and QUIC, with a hidden name or without."""
    ways = [(client, quic, ech) for client in clients for quic in (False, True) for ech in (False, True)]
    return {fingerprint(client, quic=quic, ech=ech): client for client, quic, ech in ways}


def message(client: Client, name: str, rng: random.Random, *, quic: bool = False, ech: bool = False) -> bytes:
    """Return the ClientHello to a server, as a handshake message. With `ech`, `name` is the cover name."""
    protocols = b"".join(sized(one.encode(), 1) for one in PROTOCOLS[quic])
    extensions = [
        extension(0, sized(b"\0" + sized(name.encode()))),
        extension(23, b""),
        extension(10, sized(u16(29, 23, 24))),
        extension(11, b"\x01\0"),
        extension(16, sized(protocols)),
        extension(13, sized(u16(*client.algorithms))),
        extension(51, sized(u16(29) + sized(rng.randbytes(32)))),
        extension(45, b"\x01\x01"),
        extension(43, sized(u16(*VERSIONS[quic]), 1)),
    ]
    if client.tickets:
        extensions.append(extension(35, b""))
    if quic:  # initial_max_data alone of the transport parameters (RFC 9000 §18.2)
        extensions.append(extension(57, b"\x04\x04\x80\x10\0\0"))
    if ech:  # of type outer (draft-ietf-tls-esni §5): HKDF-SHA256, AES-128-GCM, a key, what is hidden
        hidden = b"\0" + u16(1, 1) + rng.randbytes(1) + sized(rng.randbytes(32)) + sized(rng.randbytes(144))
        extensions.append(extension(0xFE0D, hidden))
    session = b"" if quic else rng.randbytes(32)
    return client_hello(rng.randbytes(32), session, u16(*client.ciphers), b"".join(extensions))


def answer(rng: random.Random) -> bytes:
    """Return a server's first bytes over TCP: ServerHello and ChangeCipherSpec, as TLS records."""
    hello = server_hello(rng.randbytes(32), rng.randbytes(32), rng.randbytes(32))
    return b"\x16\x03\x03" + sized(hello) + b"\x14\x03\x03\0\x01\x01"


def initial(handshake: bytes, rng: random.Random) -> bytes:
    """Return the datagram of a QUIC v1 client's Initial with this ClientHello (RFC 9001 §5)."""
    connection, own = rng.randbytes(8), rng.randbytes(8)
    frames = b"\x06\0" + u16(0x4000 | len(handshake)) + handshake
    head = b"\xc1" + QUIC_V1 + sized(connection, 1) + sized(own, 1) + b"\0"
    frames = frames.ljust(INITIAL_BYTES - len(head) - 4 - 16, b"\0")
    pair = CryptoPair()
    pair.setup_initial(connection, is_client=True, version=1)
    return bytes(pair.encrypt_packet(head + u16(0x4000 | len(frames) + 18, 0), frames, 0))
