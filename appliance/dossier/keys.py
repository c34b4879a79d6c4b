"""The key of this appliance: it signs dossiers and makes the pseudonyms in them. Made when first needed.

It lies with the secrets, never in the store or a backup. A new key makes new pseudonyms; dossiers that were
signed before can still be checked, each carries its public half.
"""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Final

from appliance.privacy import KEY_BYTES, Pseudonyms
from appliance.store.database import StoreError
from appliance.store.secrets import Secrets

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

PLACE: Final = ":dossier"
"""Name among the secrets: no channel of the family can be called so."""

FINGERPRINT_DIGITS: Final = 32


def pseudonyms_of(store: Path) -> Pseudonyms:
    """Return the pseudonyms of the home with this store; its key is made where none is. Raises StoreError."""
    held = Secrets(store)
    known = held.of(PLACE).get("key", "")
    if len(known) != 2 * KEY_BYTES:
        known = secrets.token_hex(KEY_BYTES)
        held.keep(PLACE, {"key": known})
    return Pseudonyms(bytes.fromhex(known))


def known_key(store: Path) -> str | None:
    """Return the fingerprint of the home's key; None where it has none yet or may not be read."""
    try:
        held = Secrets(store).of(PLACE).get("key", "")
    except StoreError:
        return None
    return fingerprint(signer(Pseudonyms(bytes.fromhex(held))).public_key()) if held else None


def signer(pseudonyms: Pseudonyms) -> Ed25519PrivateKey:
    """Return the key that signs."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415 - 8 MB, for dossiers alone
        Ed25519PrivateKey,
    )

    return Ed25519PrivateKey.from_private_bytes(pseudonyms.signing_seed())


def fingerprint(key: Ed25519PublicKey) -> str:
    """Return what people compare: hexadecimal digits in groups of four."""
    raw = key.public_bytes_raw()
    digits = hashlib.sha256(b"tattlebox dossier key\0" + raw).hexdigest()[:FINGERPRINT_DIGITS]
    return " ".join(digits[n : n + 4] for n in range(0, FINGERPRINT_DIGITS, 4))
