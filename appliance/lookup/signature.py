"""Checks the signature beside a MUD file (RFC 8520 §13), by openssl and the owner's certificates."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from cryptography import x509

from appliance.declared.document import EXPIRED, STRANGER, TRUSTED

MAX_BYTES: Final = 100_000
"""Bytes of a signature with the certificates in it, and of the owner's certificates: a chain has a tenth."""

MAX_NAME: Final = 200
"""Characters of a signer's name that are kept: it is text of whoever signed."""

WAIT_S: Final = 10.0

_ALONE: Final = ("-no-CApath", "-no-CAstore", "-purpose", "any", "-partial_chain")
"""None of the authorities of the web: any of them would sign for anybody, and none of them for makers.
A certificate that the owner gives counts as it is, also where another one has signed it."""


class SignatureError(ValueError):
    """A signature that does not fit the file, or cannot be read: what to do."""


class Checked(NamedTuple):
    """What a signature is worth."""

    worth: str  # TRUSTED, EXPIRED or STRANGER
    signer: str  # the name in the signer's certificate, RFC 4514


def check(content: bytes, signature: bytes, trusted: bytes = b"") -> Checked:
    """Return who signed these bytes and whether the owner trusts them; `trusted`: certificates in PEM.

    Raises SignatureError where the signature is none of these bytes.
    """
    if max(len(signature), len(trusted)) > MAX_BYTES:
        raise SignatureError(f"read more than {MAX_BYTES} bytes, expected a signature and a few certificates")
    _read_all(trusted)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for name, data in (("content", content), ("signature", signature), ("trusted", trusted)):
            (place / name).write_bytes(data)
        if not _verify(place, signature, "-noverify", "-signer", str(place / "signer")):
            raise SignatureError(
                "the signature does not fit this file: the file was changed, or the signature is another's or"
                " has no certificate with it"
            )
        signer = _signer(place / "signer")
        chain = ("-CAfile", str(place / "trusted"), *_ALONE)
        if trusted.strip() and _verify(place, signature, *chain):
            return Checked(TRUSTED, signer)
        if trusted.strip() and _verify(place, signature, *chain, "-no_check_time"):
            return Checked(EXPIRED, signer)
        return Checked(STRANGER, signer)


def _read_all(trusted: bytes) -> None:
    try:
        if trusted.strip():
            x509.load_pem_x509_certificates(trusted)
    except ValueError as error:
        raise SignatureError("expected the certificates that you trust in PEM (BEGIN CERTIFICATE)") from error


def _signer(path: Path) -> str:
    """Return the name of the signer, as openssl has written its certificate."""
    try:
        name = x509.load_pem_x509_certificates(path.read_bytes())[0].subject.rfc4514_string()
    except (OSError, ValueError) as error:
        raise SignatureError("the certificate of the signer cannot be read") from error
    return name[:MAX_NAME]


def _verify(place: Path, signature: bytes, *how: str) -> bool:
    """Return whether openssl finds the signature good in this way."""
    form = "PEM" if signature.lstrip().startswith(b"-----BEGIN") else "DER"
    certificates = ("-certfile", str(place / "trusted")) if (place / "trusted").stat().st_size else ()
    given: Sequence[str] = (
        *("openssl", "cms", "-verify", "-binary", "-inform", form, "-in", str(place / "signature")),
        *("-content", str(place / "content"), "-out", "/dev/null", *certificates, *how),
    )
    try:
        done = subprocess.run(
            given, capture_output=True, timeout=WAIT_S, check=False, stdin=subprocess.DEVNULL
        )
    except OSError as error:
        raise SignatureError("openssl is not installed, which checks signatures") from error
    except subprocess.TimeoutExpired as error:
        raise SignatureError(f"openssl took more than {WAIT_S:.0f} s for this signature") from error
    return done.returncode == 0
