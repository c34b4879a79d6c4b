"""Bytes written to the disk that holds the store, as the kernel counts them for the whole device."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final, NamedTuple

SECTOR_BYTES: Final = 512
"""Unit of /sys/dev/block/*/stat, whatever the device (Documentation/block/stat.rst)."""

_WRITTEN: Final = 6
"""Seventh field: sectors written."""

BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")


class Count(NamedTuple):
    """The kernel's count, which begins anew with each boot."""

    boot: str
    written_bytes: int


def count(folder: Path, sys: Path = Path("/sys/dev/block")) -> Count | None:
    """Return the bytes written to the disk of a folder since the boot; None where the kernel does not say."""
    device = os.stat(folder).st_dev
    stat = sys / f"{os.major(device)}:{os.minor(device)}" / "stat"
    try:
        sectors = int(stat.read_text().split()[_WRITTEN])
        return Count(BOOT_ID.read_text().strip(), sectors * SECTOR_BYTES)
    except (OSError, IndexError, ValueError):
        return None


def since(before: Count | None, now: Count) -> int:
    """Return the bytes written between two counts; after a new boot those since it."""
    if before is None:
        return 0
    return now.written_bytes - before.written_bytes if before.boot == now.boot else now.written_bytes
