"""QUIC Initial packets (RFC 9000 §17.2.2, RFC 9001, RFC 9369): their CRYPTO frames, decrypted. No I/O.

The keys of Initial packets follow from the packet itself: this protects against accidents, not readers.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sensor.wire.malformed import Malformed

MAX_PACKETS: Final = 8
"""Coalesced packets read of one datagram (RFC 9000 §12.2): there are four kinds, most datagrams hold two."""

MAX_FRAMES: Final = 256
"""Frames read of one packet; Chrome scatters a hello over some dozens on purpose."""

MAX_CONNECTION_ID_BYTES: Final = 20
"""RFC 9000 §17.2, for the versions read here."""

_CACHED_KEYS: Final = 256
"""Keys remembered: every Initial of a client uses the same ones until the server has answered."""

_SAMPLE_BYTES: Final = 16
_HASH: Final = "sha256"


class Version(NamedTuple):
    """What differs between versions: salt, prefix of the key labels, number of the Initial type."""

    salt: bytes
    label: bytes
    initial_type: int


_V1: Final = Version(bytes.fromhex("38762cf7f55934b34d179ae6a4c80cadccbb7f0a"), b"quic ", 0)
_V2: Final = Version(bytes.fromhex("0dede3def700a6db819381be6e269dcbf9bd2ed9"), b"quicv2 ", 1)
_DRAFT_29: Final = Version(bytes.fromhex("afbfec289993d24c9e9786f19c6111e04390a899"), b"quic ", 0)
_DRAFT_23: Final = Version(bytes.fromhex("c3eef712c72ebb5a11a7d2432bb46365bef9f502"), b"quic ", 0)

VERSIONS: Final = {
    0x00000001: _V1,
    0x6B3343CF: _V2,
    **dict.fromkeys(range(0xFF000017, 0xFF00001D), _DRAFT_23),
    **dict.fromkeys(range(0xFF00001D, 0xFF000021), _DRAFT_29),
    **dict.fromkeys(range(0xFF000021, 0xFF000023), _V1),
}
"""QUIC v1 (RFC 9001 §5.2), v2 (RFC 9369 §3) and the drafts 23 to 34, which devices of 2020 speak."""


class Keys(NamedTuple):
    """Of a client's Initial packets."""

    key: bytes
    iv: int
    header_key: bytes


class Initial(NamedTuple):
    """One protected Initial packet inside a datagram."""

    version: int
    destination_id: bytes
    data: bytes  # the whole packet, header included
    number_offset: int  # of the packet number


def initials(datagram: bytes) -> Iterator[Initial]:
    """Yield the Initial packets of a datagram, in order; other packets are passed over.

    Raises Malformed where a length contradicts the datagram. A version we do not know ends it: only the
    invariants (RFC 8999) hold there.
    """
    offset = 0
    for _ in range(MAX_PACKETS):
        if len(datagram) - offset < 7 or not datagram[offset] & 0x80:
            return  # a short header or padding: no further long-header packet can follow
        number = int.from_bytes(datagram[offset + 1 : offset + 5], "big")
        version = VERSIONS.get(number)
        if version is None:
            return
        kind = datagram[offset] >> 4 & 3
        if (kind - version.initial_type) % 4 == 3:
            return  # a Retry has no length and ends the datagram
        try:
            destination_id, number_offset, end = _header(datagram, offset, kind == version.initial_type)
        except IndexError:
            raise Malformed("truncated_header", f"{len(datagram)} bytes end inside a long header") from None
        if end > len(datagram):
            raise Malformed("packet_length", f"a packet up to {end} in a datagram of {len(datagram)} bytes")
        if kind == version.initial_type:
            yield Initial(number, destination_id, datagram[offset:end], number_offset - offset)
        offset = end


def _header(data: bytes, offset: int, has_token: bool) -> tuple[bytes, int, int]:
    """Return destination id, offset of the packet number and of the end (RFC 9000 §17.2)."""
    size = data[offset + 5]
    if size > MAX_CONNECTION_ID_BYTES:
        raise Malformed("connection_id", f"a connection id of {size} bytes, expected at most 20")
    destination_id = data[offset + 6 : offset + 6 + size]
    offset += 6 + size
    offset += 1 + data[offset]
    if has_token:
        token_bytes, offset = _integer(data, offset)
        offset += token_bytes
    length, offset = _integer(data, offset)
    return destination_id, offset, offset + length


def _integer(data: bytes, offset: int) -> tuple[int, int]:
    """Return a variable-length integer and the offset after it (RFC 9000 §16). Raises IndexError."""
    size = 1 << (data[offset] >> 6)
    if offset + size > len(data):
        raise IndexError
    value = int.from_bytes(data[offset : offset + size], "big")
    return value & (1 << 8 * size - 2) - 1, offset + size


@lru_cache(_CACHED_KEYS)
def client_keys(version: int, destination_id: bytes) -> Keys:
    """Return the keys a client protects its Initials with (RFC 9001 §5.1, §5.2).

    `destination_id` is the destination connection id of the client's first Initial.
    """
    salt, label, _ = VERSIONS[version]
    secret = _expand(hmac.digest(salt, destination_id, _HASH), b"client in", 32)
    iv = int.from_bytes(_expand(secret, label + b"iv", 12), "big")
    return Keys(_expand(secret, label + b"key", 16), iv, _expand(secret, label + b"hp", 16))


def _expand(secret: bytes, label: bytes, size: int) -> bytes:
    """Return HKDF-Expand-Label with an empty context (RFC 8446 §7.1); at most one hash long."""
    label = b"tls13 " + label
    info = bytes((0, size, len(label))) + label + b"\0\1"
    return hmac.digest(secret, info, _HASH)[:size]


def decrypt(packet: Initial, keys: Keys) -> bytes | None:
    """Return the frames inside, None where the keys do not fit (RFC 9001 §5.3, §5.4)."""
    data, offset = packet.data, packet.number_offset
    sample = data[offset + 4 : offset + 4 + _SAMPLE_BYTES]
    if len(sample) < _SAMPLE_BYTES:
        return None
    # The mask is AES of one block (RFC 9001 §5.4.3); ECB is not used to hide anything here.
    encryptor = Cipher(algorithms.AES(keys.header_key), modes.ECB()).encryptor()  # noqa: S305
    mask = encryptor.update(sample)
    first = data[0] ^ mask[0] & 0x0F
    size = (first & 3) + 1
    shown = int.from_bytes(data[offset : offset + size], "big") ^ int.from_bytes(mask[1 : 1 + size], "big")
    header = bytes((first,)) + data[1:offset] + shown.to_bytes(size, "big")
    try:
        # An Initial's number is taken as sent: a hello never needs the 256 packets after which it is cut.
        return AESGCM(keys.key).decrypt((keys.iv ^ shown).to_bytes(12, "big"), data[offset + size :], header)
    except InvalidTag:
        return None


def crypto_frames(frames: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield offset and data of each CRYPTO frame (RFC 9000 §19.6).

    Raises Malformed for a frame that may not stand in an Initial (§12.4) or ends early.
    """
    offset = 0
    try:
        for _ in range(MAX_FRAMES):
            offset = _past_padding(frames, offset)
            if offset == len(frames):
                return
            kind = frames[offset]
            offset += 1
            if kind == 0x06:
                start, offset = _integer(frames, offset)
                size, offset = _integer(frames, offset)
                if offset + size > len(frames):
                    raise IndexError
                yield start, frames[offset : offset + size]
                offset += size
            elif kind in (0x02, 0x03):
                offset = _past_ack(frames, offset, counted=kind == 0x03)
            elif kind in (0x1C, 0x1D):
                return  # the connection is closed: nothing follows
            elif kind != 0x01:
                raise Malformed("frame_type", f"read frame type {kind}, expected one allowed in an Initial")
    except IndexError:
        raise Malformed("truncated_frame", f"{len(frames)} bytes end inside a frame") from None


def _past_padding(frames: bytes, offset: int) -> int:
    return len(frames) - len(frames[offset:].lstrip(b"\0"))


def _past_ack(frames: bytes, offset: int, *, counted: bool) -> int:
    """Return the offset after an ACK frame (RFC 9000 §19.3)."""
    _, offset = _integer(frames, offset)
    _, offset = _integer(frames, offset)
    ranges, offset = _integer(frames, offset)
    for _ in range(min(2 * ranges + 1 + 3 * counted, len(frames))):
        _, offset = _integer(frames, offset)
    return offset
