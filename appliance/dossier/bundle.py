"""A bundle: one file that holds a dossier and proves that nothing of it was changed.

A ZIP whose members lie as they are (stored, not compressed) in a fixed order with fixed times, so that the
same members give the same bytes and every byte of it is accounted for. The last two are

- MANIFEST.sha256: the SHA-256 of every other member, in the form of `sha256sum -c`;
- MANIFEST.sig: the Ed25519 public key and its signature over CONTEXT and the manifest, a line each.
"""

from __future__ import annotations

import errno
import hashlib
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Final, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

MANIFEST: Final = "MANIFEST.sha256"
SIGNATURE: Final = "MANIFEST.sig"
CONTEXT: Final = b"tattlebox dossier 1\n"
"""What is signed begins with it, so that the signature is good for nothing else."""

MAX_MANIFEST_BYTES: Final = 65_536
MAX_MEMBERS: Final = 100
BLOCK: Final = 1 << 20
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}")
_BROKEN: Final = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    EOFError,
    ValueError,
    OverflowError,
    OSError,
)
"""All that zipfile raises for a file that is no whole ZIP."""

_TIME: Final = (1980, 1, 1, 0, 0, 0)
_UNIX: Final = 3
_MODE: Final = 0o644 << 16


class BundleError(ValueError):
    """A file that is no sound dossier: what was read, what was expected."""


class Verified(NamedTuple):
    """What a check found."""

    key: Ed25519PublicKey
    files: tuple[str, ...]  # names that the signature speaks for


def write(out: Path, folder: Path, names: Sequence[str], key: Ed25519PrivateKey) -> None:
    """Write the files of `folder` as a signed bundle; `out` appears whole or not at all. Raises OSError."""
    manifest = "".join(f"{_digest(folder / name)}  {name}\n" for name in names).encode()
    (folder / MANIFEST).write_bytes(manifest)
    (folder / SIGNATURE).write_bytes(_sealed(manifest, key))
    beside = out.with_name(out.name + ".part")
    try:
        with beside.open("wb") as file:
            _pack(file, ((name, folder / name) for name in (*names, MANIFEST, SIGNATURE)))
        beside.replace(out)
    finally:
        beside.unlink(missing_ok=True)


def verify(path: Path) -> Verified:
    """Return who signed a bundle when every byte of it is as it was. Raises BundleError, OSError."""
    with tempfile.TemporaryDirectory(prefix="tattlebox-verify-") as folder:
        names = _unpack(path, Path(folder))
        if tuple(names[-2:]) != (MANIFEST, SIGNATURE):
            raise BundleError(f"{path}: read a bundle without {MANIFEST} and {SIGNATURE} at its end")
        found = verify_folder(Path(folder))
        if found.files != tuple(names[:-2]):
            raise BundleError(f"{path}: the files in it are not those that the manifest names")
        again = Path(folder) / "again.zip"
        with again.open("wb") as file:
            _pack(file, ((name, Path(folder) / name) for name in names))
        if not _same(path, again):
            raise BundleError(f"{path}: bytes between the files were changed")
    return found


def verify_folder(folder: Path, only: str | None = None) -> Verified:
    """Return who signed a folder's manifest when its files (or one) are as they were. Raises BundleError."""
    manifest, signature = _small(folder / MANIFEST), _small(folder / SIGNATURE)
    key = _signed_by(manifest, signature)
    digests = _parsed(manifest)
    for name in [only] if only else digests:
        if name not in digests:
            raise BundleError(f"{folder / MANIFEST} does not speak of {name}")
        if not (folder / name).is_file():
            raise BundleError(f"{name} is missing")
        if _digest(folder / name) != digests[name]:
            raise BundleError(f"{name} was changed: its SHA-256 is not the one that was signed")
    return Verified(key, tuple(digests))


def verify_one(path: Path, file: Path) -> Verified:
    """Return who signed a bundle when all of it, and this copy of one of its files, are as they were.

    The copy may have another name. Raises BundleError, OSError.
    """
    found = verify(path)
    with zipfile.ZipFile(path) as bundle:
        digests = _parsed(bundle.read(MANIFEST))
    if _digest(file) not in digests.values():
        raise BundleError(f"{file} was changed: no file of {path.name} has its SHA-256")
    return found


def _sealed(manifest: bytes, key: Ed25519PrivateKey) -> bytes:
    raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return f"key {raw.hex()}\nsignature {key.sign(CONTEXT + manifest).hex()}\n".encode()


def _signed_by(manifest: bytes, signature: bytes) -> Ed25519PublicKey:
    """Return the key that signed; a signature in any other form than ours is refused. Raises BundleError."""
    try:
        words = signature.decode("ascii").split()
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(words[1]))
        proof = bytes.fromhex(words[3])
        key.verify(proof, CONTEXT + manifest)
    except InvalidSignature:
        raise BundleError(f"{MANIFEST} or {SIGNATURE} was changed: the signature does not fit") from None
    except (ValueError, IndexError):
        raise BundleError(f"{SIGNATURE} was changed: it is no key and signature") from None
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    if signature != f"key {raw.hex()}\nsignature {proof.hex()}\n".encode():
        raise BundleError(f"{SIGNATURE} was changed: it is not in the form it was written in")
    return key


def _parsed(manifest: bytes) -> dict[str, str]:
    try:
        lines = [line.split("  ", 1) for line in manifest.decode("utf-8").splitlines()]
        return {name: digest for digest, name in lines}
    except ValueError:
        raise BundleError(f"{MANIFEST} is not in the form of sha256sum") from None


def _unpack(path: Path, folder: Path) -> list[str]:
    """Write the members to `folder`; return their names in order. Raises BundleError for what is not ours.

    Members are stored, never compressed: what comes out is no larger than what lies there.
    """
    try:
        with zipfile.ZipFile(path) as bundle:
            members = bundle.infolist()
            names = [member.filename for member in members]
            if not 2 < len(members) <= MAX_MEMBERS or len(set(names)) != len(names):
                raise BundleError(f"{path}: read {len(members)} files, expected the files of a dossier")
            for member in members:
                if not _NAME.fullmatch(member.filename) or member.compress_type != zipfile.ZIP_STORED:
                    raise BundleError(f"{path}: read {member.filename!r:.60}, expected a stored file")
                with bundle.open(member) as source, (folder / member.filename).open("xb") as file:
                    shutil.copyfileobj(source, file, BLOCK)
    except BundleError:
        raise
    except _BROKEN as error:
        if isinstance(error, OSError) and error.errno != errno.EINVAL:
            raise  # the disk, not the bundle: EINVAL is an offset before its begin
        raise BundleError(f"{path} is no whole bundle of a dossier ({error})") from error
    return names


def _pack(file: IO[bytes], members: Iterator[tuple[str, Path]]) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as bundle:
        for name, path in members:
            entry = zipfile.ZipInfo(name, _TIME)
            entry.create_system, entry.external_attr = _UNIX, _MODE
            entry.file_size = path.stat().st_size  # tells whether the large form is needed
            with path.open("rb") as source, bundle.open(entry, "w") as target:
                shutil.copyfileobj(source, target, BLOCK)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _small(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_MANIFEST_BYTES + 1)
    except FileNotFoundError:
        raise BundleError(
            f"there is no {path.name} in {path.parent}: keep the files of a dossier together"
        ) from None
    if len(data) > MAX_MANIFEST_BYTES:
        raise BundleError(f"{path.name} has more than {MAX_MANIFEST_BYTES} bytes: none of ours has")
    return data


def _same(one: Path, other: Path) -> bool:
    with one.open("rb") as first, other.open("rb") as second:
        while True:
            a, b = first.read(BLOCK), second.read(BLOCK)
            if a != b:
                return False
            if not a:
                return True
