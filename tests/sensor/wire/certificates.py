"""A certificate for the tests of what reads them, made anew by OpenSSL's code in each run."""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID


def certificate(issuer: str = "box.example", ends: datetime = datetime(2051, 1, 1, tzinfo=UTC)) -> bytes:
    """Return the DER of a certificate of box.example, from 2026 on."""
    key = ec.generate_private_key(ec.SECP256R1())
    organisation = x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Box")
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "box.example"), organisation])
    names = [x509.DNSName("Box.example"), x509.IPAddress(ip_address("192.168.4.21"))]
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer), organisation]))
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
        .public_bytes(Encoding.DER)
    )


CERTIFICATE = certificate()
