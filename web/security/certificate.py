"""The certificate of this appliance: a small authority of its own, and what it signed for the dashboard.

No authority that browsers know signs for a name such as tattlebox.local. So each appliance makes its own,
which a family can make its devices trust. It is held to names and addresses within a home (RFC 5280
§4.2.1.10): whoever stole its key could not pretend to be a bank.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from web.security.authority import AUTHORITY

AUTHORITY_KEY: Final = "authority.key"
SERVER: Final = "server.pem"  # key and certificate, as `ssl` loads them

AUTHORITY_DAYS: Final = 3650
SERVER_DAYS: Final = 397
"""Browsers refuse server certificates that last longer (CA/Browser Forum, 398 days)."""
RENEW_DAYS: Final = 30
"""A certificate that ends sooner is replaced at the next start."""

HOME_NETWORKS: Final = (
    "10.0.0.0/8",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "::1/128",
    "fc00::/7",
    "fe80::/10",
)
HOME_DOMAINS: Final = ("local", "localhost", "home.arpa", "internal", "lan", "home")
"""What the authority may sign for: names that mean nothing outside of a home."""


def server_certificate(folder: Path, names: Sequence[str], now: float) -> Path:
    """Return a file with key and certificate for `names` (of hosts, or addresses), made where needed.

    The authority is made once and kept in `folder`, readable by this user alone. Raises OSError.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    moment = datetime.fromtimestamp(now, UTC)
    if not (folder / AUTHORITY).exists() or not (folder / AUTHORITY_KEY).exists():
        _make_authority(folder, moment)
    path = folder / SERVER
    if not path.exists() or not _serves(path.read_bytes(), names, moment):
        _make_server(folder, names, moment)
    return path


def _make_authority(folder: Path, now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Tattlebox of this home, {now:%d %B %Y}")])
    permitted: list[x509.GeneralName] = [x509.DNSName(domain) for domain in HOME_DOMAINS]
    permitted += [x509.IPAddress(ipaddress.ip_network(network)) for network in HOME_NETWORKS]
    builder = (
        _builder(name, name, key, now, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
    )
    _write(folder / AUTHORITY_KEY, _pem_key(key))
    _write(folder / AUTHORITY, builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))


def _make_server(folder: Path, names: Sequence[str], now: datetime) -> None:
    issuer = x509.load_pem_x509_certificate((folder / AUTHORITY).read_bytes())
    issuer_key = serialization.load_pem_private_key((folder / AUTHORITY_KEY).read_bytes(), None)
    if not isinstance(issuer_key, ec.EllipticCurvePrivateKey):
        raise OSError(
            f"{folder / AUTHORITY_KEY} holds another kind of key: delete the folder to make it anew"
        )
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tattlebox")])
    alternative = x509.SubjectAlternativeName([_general(name) for name in names if _may_sign(name)])
    certificate = (
        _builder(subject, issuer.subject, key, now, SERVER_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(alternative, critical=False)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
        )
        .sign(issuer_key, hashes.SHA256())
    )
    _write(folder / SERVER, _pem_key(key) + certificate.public_bytes(serialization.Encoding.PEM))


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    """Return what both certificates share. They begin a day early: clocks of a home differ."""
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days - 1))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _serves(pem: bytes, names: Sequence[str], now: datetime) -> bool:
    """Return whether a certificate names all of `names` and lasts a while yet."""
    certificate = x509.load_pem_x509_certificate(pem)
    held = set(certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    wanted = {_general(name) for name in names if _may_sign(name)}
    lasts = certificate.not_valid_after_utc - now > timedelta(days=RENEW_DAYS)
    return lasts and certificate.not_valid_before_utc <= now and wanted <= held


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name.strip("[]")))
    except ValueError:
        return x509.DNSName(name)


def _may_sign(name: str) -> bool:
    """Return whether the authority's bounds allow a name: one outside would spoil the whole certificate."""
    general = _general(name)
    if isinstance(general, x509.IPAddress):
        address = ipaddress.ip_address(str(general.value))
        return any(address in ipaddress.ip_network(network) for network in HOME_NETWORKS)
    return name.rpartition(".")[2] in HOME_DOMAINS


def _pem_key(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, data: bytes) -> None:
    """Write a file that this user alone may read, whole or not at all."""
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
