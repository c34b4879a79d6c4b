"""The base: Debian's packages, unpacked and configured, as one tar file that is kept and reused."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from card.run import BuildError, run

HERE: Final = Path(__file__).parents[1]

SUITE: Final = "trixie"

BOARD: Final = {
    "amd64": ("linux-image-amd64",),
    "arm64": ("linux-image-arm64", "raspi-firmware", "firmware-brcm80211", "bluez-firmware"),
}
"""Kernel and firmware. raspi-firmware is what a Pi starts from; the others are for its radios."""

EXCLUDED: Final = (
    "/usr/share/man/*",
    "/usr/share/info/*",
    "/usr/share/locale/*",
    "/usr/share/doc/*",
    "/usr/share/lintian/*",
    "/usr/lib/udev/hwdb.d/*",  # keyboards and the like: 23 MB, and minutes under emulation
    "/etc/kernel/*/z50-raspi-firmware",  # it copies into a mounted boot partition, which does not exist here
)

DIVERTED: Final = ("/usr/bin/py3compile", "/usr/sbin/update-initramfs")
"""Slow under emulation and done once, later: see `system.py`."""

EMULATOR: Final = Path("/proc/sys/fs/binfmt_misc/qemu-aarch64")


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
    if arch == "arm64" and not EMULATOR.exists():
        raise BuildError(
            "arm64 programs do not run here: install qemu-user-binfmt or qemu-user-static, "
            "and see that /proc/sys/fs/binfmt_misc is mounted"
        )
    cache.mkdir(parents=True, exist_ok=True)
    partial = kept.with_suffix(".partial.tar")
    run([*command, SUITE, partial], env={"SOURCE_DATE_EPOCH": str(epoch)})
    return partial.rename(kept)


def _command(arch: str) -> list[str]:
    divert = "; ".join(
        f'chroot "$1" dpkg-divert --local --quiet --no-rename --add {path} && '
        f'mkdir -p "$1{Path(path).parent}" && printf "#!/bin/sh\\n" >"$1{path}" && chmod 755 "$1{path}"'
        for path in DIVERTED
    )
    return [
        "mmdebstrap",
        "--mode=root",
        "--variant=minbase",
        f"--architectures={arch}",
        "--components=main non-free-firmware",
        f"--include={','.join([*packages(), *BOARD[arch]])}",
        '--aptopt=Apt::Install-Recommends "false"',
        "--dpkgopt=force-confold",
        *(f"--dpkgopt=path-exclude={pattern}" for pattern in EXCLUDED),
        "--dpkgopt=path-include=/usr/share/doc/*/copyright",
        f"--essential-hook={divert}",
    ]
