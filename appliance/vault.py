"""The encrypted form of a backup: a password opens it, and nothing in it can be changed unnoticed.

    TATTLEBOX-BACKUP 1 <newline>  16 bytes of salt  then blocks: 4 bytes of length (big-endian), ciphertext

The key is argon2id of the password and the salt (64 MiB, 3 passes). Each block is AES-256-GCM of at most
1 MiB of the zlib stream of the record; its nonce is the block's number, with a last byte that says whether it
is the last one (the STREAM construction: a backup that was cut short or rearranged does not open).
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO, Final

from argon2.low_level import Type, hash_secret_raw

if TYPE_CHECKING:  # 8 MB that only a backup takes
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC: Final = b"TATTLEBOX-BACKUP 1\n"
SALT_BYTES: Final = 16
BLOCK_BYTES: Final = 1 << 20
TAG_BYTES: Final = 16

BROKEN: Final = "the password is not the one it was made with, or the backup is damaged or cut short"


class VaultError(Exception):
    """A backup that cannot be opened: one sentence for a page or a terminal."""


def seal(plain: BinaryIO, password: str) -> Iterator[bytes]:
    """Yield the encrypted form of a file, in blocks."""
    salt = os.urandom(SALT_BYTES)
    cipher = _cipher(password, salt)
    yield MAGIC + salt
    number, waiting = 0, bytearray()
    for part in _compressed(plain):
        waiting += part
        while len(waiting) > BLOCK_BYTES:
            yield _block(cipher, number, bytes(waiting[:BLOCK_BYTES]), last=False)
            del waiting[:BLOCK_BYTES]
            number += 1
    yield _block(cipher, number, bytes(waiting), last=True)


def unseal(sealed: BinaryIO, password: str, most_bytes: int) -> Iterator[bytes]:
    """Yield the file that `seal` took, at most `most_bytes` of it. Raises VaultError."""
    if sealed.read(len(MAGIC)) != MAGIC:
        raise VaultError("this is no backup of Tattlebox, or one of a newer release")
    salt = sealed.read(SALT_BYTES)
    cipher, inflate, given = _cipher(password, salt.ljust(SALT_BYTES)), zlib.decompressobj(), 0
    for compressed in _opened(sealed, cipher):
        waiting = compressed
        while waiting:
            try:
                part = inflate.decompress(waiting, BLOCK_BYTES)
            except zlib.error:
                raise VaultError(BROKEN) from None
            waiting = inflate.unconsumed_tail
            given += len(part)
            if given > most_bytes:
                raise VaultError(f"it opens to more than {most_bytes >> 20} MB: there is no room for it")
            yield part
    if not inflate.eof:
        raise VaultError(BROKEN)


def _opened(sealed: BinaryIO, cipher: AESGCM) -> Iterator[bytes]:
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - see above

    number, length = 0, sealed.read(4)
    while True:
        size = int.from_bytes(length, "big")
        if len(length) < 4 or not TAG_BYTES <= size <= BLOCK_BYTES + TAG_BYTES:
            raise VaultError(BROKEN)
        block, length = sealed.read(size), sealed.read(4)
        last = not length
        try:
            yield cipher.decrypt(_nonce(number, last=last), block, MAGIC)
        except (InvalidTag, ValueError):
            raise VaultError(BROKEN) from None
        if last:
            return
        number += 1


def _compressed(plain: BinaryIO) -> Iterator[bytes]:
    deflate = zlib.compressobj()
    while part := plain.read(BLOCK_BYTES):
        yield deflate.compress(part)
    yield deflate.flush()


def _block(cipher: AESGCM, number: int, data: bytes, *, last: bool) -> bytes:
    block = cipher.encrypt(_nonce(number, last=last), data, MAGIC)
    return len(block).to_bytes(4, "big") + block


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _cipher(password: str, salt: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - see above

    return AESGCM(
        hash_secret_raw(
            password.encode("utf-8", "replace"),
            salt,
            time_cost=3,
            memory_cost=64 * 1024,
            parallelism=1,
            hash_len=32,
            type=Type.ID,
        )
    )
