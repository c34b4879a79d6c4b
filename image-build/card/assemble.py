"""The card: file systems, made without mounting anything, laid into one file."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final

from appliance.card import halves
from card.base import HERE
from card.layout import DISK_ID, FRESH, MIB, Partition, card_bytes, fresh_mark, partition, table
from card.run import BuildError, run

FIRMWARE: Final = Path("usr/lib/raspi-firmware")

CHUNK: Final = MIB


def pack_system(root: Path, out: Path) -> None:
    """Write the read-only system of a root folder. Raises BuildError when it does not fit."""
    epoch = os.environ["SOURCE_DATE_EPOCH"]
    run(
        [
            *("env", "-u", "SOURCE_DATE_EPOCH"),  # it goes with no other option about times
            "mksquashfs",
            root,
            out,
            "-comp",
            "zstd",
            "-Xcompression-level",
            "15",
            "-noappend",
            *("-mkfs-time", epoch, "-all-time", epoch),  # a base that was kept has times of an earlier day
            "-no-progress",
            "-quiet",
        ]
    )
    _fits(out, partition(5))


def pack_boot(root: Path, arch: str, out: Path) -> None:
    """Write the boot partition of a half: kernel, small system, and what a Pi's firmware needs."""
    folder = out.with_suffix(".files")
    folder.mkdir()
    kernel = next((root / "boot").glob("vmlinuz-*"))
    shutil.copy(kernel, folder / "vmlinuz")
    shutil.copy(next((root / "boot").glob("initrd.img-*")), folder / "initrd.img")
    for name in ("config.txt", "cmdline.txt"):
        shutil.copy(HERE / "boot" / name, folder)
    if arch == "arm64":
        for path in sorted((root / FIRMWARE).iterdir()):
            if path.suffix in (".elf", ".dat", ".bin"):
                shutil.copy(path, folder)
        (trees,) = root.glob("usr/lib/linux-image-*/broadcom")
        for tree in sorted(trees.glob("bcm2*-rpi-*.dtb")):
            shutil.copy(tree, folder)
    _fat(folder, partition(2), out)


def drop_boot(root: Path) -> None:
    """Take out of a root folder what lies on the boot partitions."""
    for folder in (root / "boot", root / FIRMWARE, *root.glob("usr/lib/linux-image-*")):
        shutil.rmtree(folder, ignore_errors=True)
    (root / "boot/firmware").mkdir(parents=True)


def pack_front(root: Path, out: Path) -> None:
    """Write the partition that a person sees on a computer."""
    folder = out.with_suffix(".files")
    folder.mkdir()
    (folder / "autoboot.txt").write_bytes(halves.text(halves.Halves()))
    shutil.copy(HERE / "boot/tattlebox.txt", folder)
    loader = root / FIRMWARE / "bootcode.bin"  # a Pi 3 and a Zero 2 begin with it, on the first partition
    if loader.exists():
        shutil.copy(loader, folder)
    _fat(folder, partition(1), out)


def assemble(out: Path, front: Path, boot: Path, system: Path) -> None:
    """Write the whole card: half A filled, B empty, the record's partition marked as fresh."""
    out.unlink(missing_ok=True)
    with out.open("wb") as card:
        card.truncate(card_bytes())
    run(["sfdisk", "--quiet", out], text=table())
    with out.open("r+b") as card:
        for number, source in ((1, front), (2, boot), (5, system)):
            card.seek(partition(number).start)
            _copy_sparse(source, card)
        card.seek(fresh_mark())
        card.write(FRESH)


def _copy_sparse(source: Path, card: object) -> None:
    with source.open("rb") as file:
        while chunk := file.read(CHUNK):
            if chunk.strip(b"\0"):
                card.write(chunk)  # type: ignore[attr-defined]
            else:
                card.seek(len(chunk), os.SEEK_CUR)  # type: ignore[attr-defined]


def _fat(folder: Path, place: Partition, out: Path) -> None:
    """Write a FAT32 file system with the files of a folder, the same each time."""
    epoch = int(os.environ["SOURCE_DATE_EPOCH"])
    files = sorted(folder.iterdir())
    for path in files:
        os.utime(path, (epoch, epoch))
    out.unlink(missing_ok=True)
    serial = f"{DISK_ID + place.number:08x}"
    kilobytes = str(place.size // 1024)
    fat = ("mkfs.vfat", "-F", "32", "-s", "1", "--invariant", "-i", serial, "-n", place.label)
    run([*fat, "-C", out, kilobytes])
    run(["mcopy", "-m", "-i", out, *files, "::"], env={"MTOOLS_SKIP_CHECK": "1"})
    shutil.rmtree(folder)
    _fits(out, place)


def _fits(file: Path, place: Partition) -> None:
    if file.stat().st_size > place.size:
        raise BuildError(
            f"{file.name} has {file.stat().st_size >> 20} MiB, its partition {place.size >> 20}: "
            "take packages out (packages.txt) or make it larger (layout.py)"
        )
