"""Keys, signatures and update bundles."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Final, NamedTuple

from card.run import run

DAYS: Final = "7300"
"""How long a made key is good: a card whose clock or key has run out could never be mended from afar."""


class Key(NamedTuple):
    """Who signs; `cert` goes into the image, and only what it signed is installed there."""

    key: Path
    cert: Path


def made(folder: Path) -> Key:
    """Return the key of a folder, made now if there is none: for trying out, not for a card given away."""
    key = Key(folder / "updates.key", folder / "updates.pem")
    if not key.cert.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        subject = ("-subj", "/CN=Tattlebox updates (made for trying out)", "-days", DAYS)
        new = ("openssl", "req", "-x509", "-newkey", "rsa:3072", "-nodes", *subject)
        run([*new, "-keyout", key.key, "-out", key.cert])
        key.key.chmod(0o600)
    return key


def sign(file: Path, key: Key) -> Path:
    """Write and return FILE.sig, a detached CMS signature (for `openssl cms -verify`), and FILE.sha256."""
    signature = file.with_name(file.name + ".sig")
    cms = ("openssl", "cms", "-sign", "-binary", "-noattr", "-outform", "PEM", "-md", "sha256")
    run([*cms, "-in", file, "-signer", key.cert, "-inkey", key.key, "-out", signature])
    with file.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    file.with_name(file.name + ".sha256").write_text(f"{digest}  {file.name}\n")
    return signature


def bundle(out: Path, images: tuple[Path, Path], key: Key, *, version: str, machine: str) -> None:
    """Write a signed update bundle of a half's images: its boot partition and its system."""
    boot, system = images
    folder = out.with_suffix(".files")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "boot.img").hardlink_to(boot)
    (folder / "system.img").hardlink_to(system)
    (folder / "manifest.raucm").write_text(
        f"[update]\ncompatible={machine}\nversion={version}\n\n[bundle]\nformat=verity\n\n"
        "[image.boot]\nfilename=boot.img\n\n[image.system]\nfilename=system.img\n"
    )
    out.unlink(missing_ok=True)
    run(["rauc", "bundle", f"--cert={key.cert}", f"--key={key.key}", folder, out])
    shutil.rmtree(folder)
