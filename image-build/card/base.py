"""The base: Debian's packages, downloaded, checked and unpacked, as one tar file that is kept and reused.

None of their scripts is run: under emulation they took a quarter of an hour, on the build's machine they
would meet the wrong system, and a system that is read-only needs little of what they do. That is `debian.py`.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from card.run import run

HERE: Final = Path(__file__).parents[1]

SUITE: Final = "trixie"

BOARD: Final = {
    "amd64": ("linux-image-amd64",),
    "arm64": ("linux-image-arm64", "raspi-firmware", "firmware-brcm80211", "bluez-firmware"),
}
"""Kernel and firmware. raspi-firmware is what a Pi starts from; the others are for its radios."""

PACKAGES: Final = "packages.list"
"""In the root of the tar: name, version, architecture, source package and its version of each."""

FORM: Final = r"${Package}\t${Version}\t${Architecture}\t${source:Package}\t${source:Version}\n"


def packages() -> list[str]:
    """Return the Debian packages that `packages.txt` lists."""
    lines = (line.split("#")[0].strip() for line in (HERE / "packages.txt").read_text().splitlines())
    return [line for line in lines if line]


def base(arch: str, cache: Path, epoch: int) -> Path:
    """Return the tar of the base system, made now unless the same is in the cache. Raises BuildError."""
    command = _command(arch)
    kept = cache / f"base-{arch}-{hashlib.sha256(repr(command).encode()).hexdigest()[:12]}.tar"
    if kept.exists():
        return kept
    cache.mkdir(parents=True, exist_ok=True)
    partial = kept.with_suffix(".partial.tar")
    run([*command, SUITE, partial], env={"SOURCE_DATE_EPOCH": str(epoch)})
    return partial.rename(kept)


def _command(arch: str) -> list[str]:
    listing = (
        'for deb in "$1"/var/cache/apt/archives/*.deb; do '
        f'dpkg-deb --show --showformat=\'{FORM}\' "$deb"; done >"$1"/{PACKAGES}'
    )
    return [
        "mmdebstrap",
        "--mode=root",
        "--variant=extract",
        f"--architectures={arch}",
        "--components=main non-free-firmware",
        "--include=?essential",
        f"--include={','.join([*packages(), *BOARD[arch]])}",
        '--aptopt=Apt::Install-Recommends "false"',
        f"--extract-hook={listing}",
    ]
