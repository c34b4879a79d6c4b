"""Signatures beside MUD files, made by a real openssl: trusted, a stranger's, expired, of another file."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from appliance.declared.document import EXPIRED, STRANGER, TRUSTED
from appliance.lookup.signature import MAX_BYTES, MAX_NAME, SignatureError, check

FILE = b'{"ietf-mud:mud": {"mud-version": 1}}\r\nwith both kinds\nof line ends\r\n'


def openssl(folder: Path, *words: str, data: bytes = b"") -> bytes:
    done = subprocess.run(["openssl", *words], cwd=folder, input=data, capture_output=True, check=True)
    return done.stdout


def self_signed(folder: Path, name: str, subject: str, *more: str) -> bytes:
    made = ("-keyout", f"{name}.key", "-out", f"{name}.pem", "-nodes", "-subj", subject)
    openssl(folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", *made, *more)
    return (folder / f"{name}.pem").read_bytes()


def signed(folder: Path, name: str, *more: str, data: bytes = FILE) -> bytes:
    """Return a detached signature as RFC 8520 §13.1 makes it."""
    who = ("-signer", f"{name}.pem", "-inkey", f"{name}.key")
    return openssl(folder, "cms", "-sign", "-binary", "-outform", "DER", *who, *more, data=data)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A maker with an authority, a stranger, and one whose certificate is over."""
    place = tmp_path_factory.mktemp("signers")
    self_signed(place, "authority", "/O=Bear Authority")
    self_signed(place, "stranger", "/O=Bear Toys")
    wanted = ("-newkey", "rsa:2048", "-nodes", "-keyout", "maker.key", "-out", "maker.csr")
    openssl(place, "req", *wanted, "-subj", "/O=Bear Toys/CN=mud")
    issued = ("-in", "maker.csr", "-CA", "authority.pem", "-CAkey", "authority.key", "-CAcreateserial")
    (place / "use.ext").write_text("keyUsage=digitalSignature\nextendedKeyUsage=clientAuth\n")
    openssl(place, "x509", "-req", *issued, "-out", "maker.pem", "-days", "30", "-extfile", "use.ext")
    openssl(place, "x509", "-req", *issued, "-out", "late.pem", "-days", "-1")
    (place / "late.key").write_bytes((place / "maker.key").read_bytes())
    return place


def pem(folder: Path, name: str) -> bytes:
    return (folder / f"{name}.pem").read_bytes()


@pytest.mark.parametrize(
    ("signer", "trusted", "worth"),
    [
        ("maker", "authority", TRUSTED),
        ("maker", "maker", TRUSTED),  # the signer's own certificate, without who issued it
        ("maker", "stranger", STRANGER),
        ("stranger", "authority", STRANGER),
        ("stranger", "stranger", TRUSTED),
        ("late", "authority", EXPIRED),
        ("late", "stranger", STRANGER),
    ],
)
def test_the_worth_of_a_signature(folder, signer, trusted, worth):
    checked = check(FILE, signed(folder, signer), pem(folder, trusted))
    assert checked.worth == worth and "O=Bear Toys" in checked.signer


def test_without_a_certificate_of_the_owner_everybody_is_a_stranger(folder):
    assert check(FILE, signed(folder, "maker")).worth == STRANGER


def test_authorities_of_the_machine_do_not_count(folder, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / "authority.pem"))
    assert check(FILE, signed(folder, "maker")).worth == STRANGER
    assert check(FILE, signed(folder, "maker"), pem(folder, "stranger")).worth == STRANGER


def test_a_signature_in_pem_and_one_without_certificates(folder):
    as_text = openssl(
        folder, *("cms", "-sign", "-binary", "-outform", "PEM"),
        *("-signer", "maker.pem", "-inkey", "maker.key"), data=FILE,
    )  # fmt: skip
    assert check(FILE, as_text, pem(folder, "authority")).worth == TRUSTED
    bare = signed(folder, "maker", "-nocerts")
    assert check(FILE, bare, pem(folder, "maker")).worth == TRUSTED
    with pytest.raises(SignatureError, match="does not fit"):
        check(FILE, bare)


@pytest.mark.parametrize("at", range(0, len(FILE), 7))
def test_any_changed_byte_of_the_file_is_found(folder, at):
    changed = bytearray(FILE)
    changed[at] ^= 1
    with pytest.raises(SignatureError, match="does not fit"):
        check(bytes(changed), signed(folder, "maker"), pem(folder, "authority"))


def test_a_signature_with_a_text_of_its_own_does_not_stand_for_this_file(folder):
    other = signed(folder, "maker", "-nodetach", data=b"another file")
    with pytest.raises(SignatureError, match="does not fit"):
        check(FILE, other, pem(folder, "authority"))


@pytest.mark.parametrize("garbage", [b"", b"\x30\x80", b"-----BEGIN CMS-----\nAA\n", b"\x00" * 1_000])
def test_what_is_no_signature_is_refused(folder, garbage):
    with pytest.raises(SignatureError, match="does not fit"):
        check(FILE, garbage, pem(folder, "authority"))


def test_certificates_that_are_none_and_what_is_too_long_are_refused(folder):
    with pytest.raises(SignatureError, match="PEM"):
        check(FILE, signed(folder, "maker"), b"no certificate")
    with pytest.raises(SignatureError, match="expected a signature"):
        check(FILE, b"\x30" * (MAX_BYTES + 1))


def test_a_long_name_of_a_stranger_is_cut(folder):
    parts = "".join(f"/OU={n:02}{'x' * 60}" for n in range(9))
    self_signed(folder, "wordy", f"/O=Bear Toys{parts}")
    assert len(check(FILE, signed(folder, "wordy")).signer) == MAX_NAME


def test_a_machine_without_openssl_is_told_so(folder, monkeypatch):
    signature = signed(folder, "maker")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SignatureError, match="not installed"):
        check(FILE, signature)
