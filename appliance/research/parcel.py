"""What a home hands in: a day's file and a manifest signed with the key the home made for this study. No I/O.

The study knows each home by its public key alone; the pseudonym is the key's fingerprint, so that nobody can
hand in under another home's name. Ed25519 (RFC 8032).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:  # 8 MB, which pages that only show a preview do not take
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

FORMAT: Final = "tattlebox-study-day-1"


MAX_MANIFEST_BYTES: Final = 4_096
_FINGERPRINT: Final = 16  # hexadecimal digits: 64 bits tell a million homes apart


class ParcelError(ValueError):
    """A manifest that is not what it says: what was read, what was expected."""


class Manifest(NamedTuple):
    """What a home says of one file."""

    study: str
    home: str
    day: str  # "2026-11-23"
    rows: int
    sha256: str
    profile: str  # which generalisation the home applied
    consent_until: str  # day on which the home's consent ends
    format: str = FORMAT


def home_of(key: Ed25519PublicKey) -> str:
    """Return the pseudonym of the home with this key."""
    return hashlib.sha256(b"tattlebox study home\0" + key.public_bytes_raw()).hexdigest()[:_FINGERPRINT]


def seal(manifest: Manifest, key: Ed25519PrivateKey) -> bytes:
    """Return the signed manifest, a JSON object."""
    return seal_fields("manifest", manifest._asdict(), key)


def seal_fields(name: str, fields: Mapping[str, Any], key: Ed25519PrivateKey) -> bytes:
    """Return fields under a name, with the home's key and its signature, as a JSON object."""
    public = key.public_key().public_bytes_raw()
    sealed = {name: fields, "key": public.hex(), "signature": key.sign(_body(fields)).hex()}
    return json.dumps(sealed, sort_keys=True).encode()


def unseal(data: bytes, file: bytes, study: str) -> Manifest:
    """Return the manifest of a file when all of it is true. Raises ParcelError."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - see above
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415

    if len(data) > MAX_MANIFEST_BYTES:
        raise ParcelError(f"read a manifest of {len(data)} bytes, expected at most {MAX_MANIFEST_BYTES}")
    try:
        sealed = json.loads(data)
        manifest = Manifest(**sealed["manifest"])
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(sealed["key"]))
        key.verify(bytes.fromhex(sealed["signature"]), _body(manifest._asdict()))
    except InvalidSignature:
        raise ParcelError("read a signature that is not of this manifest and key") from None
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise ParcelError(f"read no signed manifest ({error}), expected what a home's box writes") from None
    if manifest.format != FORMAT or manifest.study != study:
        raise ParcelError(f"read {manifest.format} of {manifest.study!r}, expected {FORMAT} of {study!r}")
    if manifest.home != home_of(key):
        raise ParcelError("read the name of a home that this key does not have")
    if hashlib.sha256(file).hexdigest() != manifest.sha256:
        raise ParcelError("read a file whose SHA-256 is not the manifest's: sent damaged or changed")
    if manifest.day > manifest.consent_until:
        raise ParcelError(f"read a day after {manifest.consent_until}, when the home's consent ends")
    return manifest


def _body(fields: Mapping[str, Any]) -> bytes:
    return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()
