"""The authority's certificate as it lies on the disk, read without the library that made it (8 MB)."""

from __future__ import annotations

import hashlib
import ssl
from pathlib import Path
from typing import Final

AUTHORITY: Final = "authority.pem"


def authority(folder: Path) -> bytes:
    """Return the authority's certificate in DER, as phones and computers take it. Raises OSError."""
    return ssl.PEM_cert_to_DER_cert((folder / AUTHORITY).read_text(encoding="ascii"))


def fingerprint(certificate: bytes) -> str:
    """Return the SHA-256 fingerprint of a certificate in DER, in the notation of browsers: "AB:CD:…"."""
    return hashlib.sha256(certificate).digest().hex(":").upper()
