"""Throw-away certificates of the lab's cloud: an authority for this run, and one certificate a host."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

LIFETIME = timedelta(days=2)


def write_certificates(folder: Path, hosts: list[str]) -> None:
    """Write `ca.pem` and, for each host, `<host>.pem` (certificate, then key) into `folder`."""
    ca_key = ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Throw-away CA of the lab")])
    authority = _builder(ca_name, ca_name, ca_key).add_extension(
        x509.BasicConstraints(True, 0), critical=True
    )
    (folder / "ca.pem").write_bytes(_pem(authority.sign(ca_key, hashes.SHA256())))
    key = ec.generate_private_key(ec.SECP256R1())
    key_pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for host in hosts:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host[:64])])
        names = x509.SubjectAlternativeName([x509.DNSName(host)])
        signed = (
            _builder(name, ca_name, key).add_extension(names, critical=False).sign(ca_key, hashes.SHA256())
        )
        (folder / f"{host}.pem").write_bytes(_pem(signed) + key_pem)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    return (
        builder.serial_number(x509.random_serial_number())
        .not_valid_before(now - LIFETIME)
        .not_valid_after(now + LIFETIME)
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
