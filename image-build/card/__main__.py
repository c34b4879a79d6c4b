"""`image-build/build`: makes a card image, an update bundle, and all that goes with them."""

from __future__ import annotations

import argparse
import datetime
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from card import assemble, layout, sign, system
from card.base import base
from card.libraries import COMPILER, REPOSITORY
from card.run import BuildError, need, run

TOOLS: Final = (
    "mmdebstrap",
    "mksquashfs",
    "mkfs.vfat",
    "mcopy",
    "sfdisk",
    "xz",
    "rauc",
    "openssl",
    "systemctl",
)


CACHE: Final = Path("/var/cache/tattlebox-image")
"""Where what takes long is kept: the base of each processor (0.6 GB), the packs, the key for trying out."""


def main() -> int:
    """Make the image; return the exit code: 0 made, 1 not made, 2 wrong use."""
    options = _parser().parse_args()
    try:
        _build(options)
    except BuildError as error:
        print(f"image-build: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="image-build/build", description="Make a flashable card image.")
    parser.add_argument("--arch", choices=sorted(COMPILER), default="arm64", help="arm64: a Pi (default)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="default: tattlebox-ARCH.img.xz")
    parser.add_argument("--cache", type=Path, default=CACHE, metavar="FOLDER", help=f"default: {CACHE}")
    parser.add_argument("--key", type=Path, help="PEM key that signs the image and updates of it")
    parser.add_argument("--cert", type=Path, help="its certificate, which goes into the image")
    parser.add_argument(
        "--root-only", action="store_true", help="make the root folder in the cache, no image"
    )
    return parser


def _build(options: argparse.Namespace) -> None:
    arch, cache = options.arch, options.cache.resolve()
    if os.geteuid() != 0:
        raise BuildError("run it as root: packages are unpacked with their owners")
    if (options.key is None) != (options.cert is None):
        raise BuildError("give both --key and --cert, or neither")
    need(*TOOLS, COMPILER[arch])
    epoch = int(run(["git", "-C", REPOSITORY, "log", "-1", "--format=%ct"]))
    os.environ["SOURCE_DATE_EPOCH"] = str(epoch)
    os.umask(0o022)
    name, version = f"tattlebox-{arch}", _version(epoch)
    out = (options.out or Path(f"{name}.img.xz")).resolve()
    key = sign.Key(options.key, options.cert) if options.key else sign.made(cache / "key")
    log = Log()
    with log.step("base of Debian packages"):
        packages = base(arch, cache, epoch)
    with log.step("knowledge packs"):
        packs = _packs(cache)
    root = cache / f"root-{arch}"
    with log.step("system"):
        shutil.rmtree(root, ignore_errors=True)
        bill = system.make(root, system.Recipe(name, version, packages, packs, key.cert), cache)
    if options.root_only:
        print(root)
        return
    boot, half, front = (cache / f"{part}-{arch}.img" for part in ("boot", "system", "front"))
    for part in (boot, half, front):
        part.unlink(missing_ok=True)
    with log.step("boot partition"):
        assemble.pack_boot(root, arch, boot)
        assemble.pack_front(root, front)
    assemble.drop_boot(root)
    with log.step("read-only system"):
        assemble.pack_system(root, half)
    card = out.with_suffix("")
    with log.step("card"):
        assemble.assemble(card, front, boot, half)
    with log.step("compression"):
        run(["xz", "--keep", "--force", "-3", "--threads=2", card])
        card.with_name(card.name + ".xz").rename(out)
    with log.step("update bundle"):
        bundle = out.with_name(f"{name}-{version}.raucb")
        sign.bundle(bundle, (boot, half), key, version=version, machine=name)
    with log.step("signature"):
        sign.sign(out, key)
        shutil.copy(key.cert, out.with_name("updates.pem"))
    out.with_name(f"{name}.spdx.json").write_text(bill)
    sizes = {file.name: file.stat().st_size for file in (out, bundle, half, boot, front, card)}
    log.write(out.with_name(f"{name}.build.txt"), version, sizes, made_key=options.key is None)


def _version(epoch: int) -> str:
    release = next(
        line for line in (REPOSITORY / "setup.cfg").read_text().splitlines() if line.startswith("version")
    )
    source = datetime.datetime.fromtimestamp(epoch, datetime.UTC)
    return f"{release.partition('=')[2].strip()}+{source:%Y%m%d%H%M}"


def _packs(cache: Path) -> Path:
    """Return the folder of knowledge packs: those in the cache, else fetched now."""
    folder = cache / "packs"
    if not (folder / "packs.json").exists():
        run([Path(sys.executable).with_name("tattlebox"), "lists", "update", "--packs", folder])
    return folder


class Log:
    """What was made, how long each step took, how large each part is."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._began = time.monotonic()

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time one step."""
        began = time.monotonic()
        yield
        self._lines.append(f"{name}: {time.monotonic() - began:.0f} s")
        print(f"image-build: {self._lines[-1]}", file=sys.stderr, flush=True)

    def write(self, path: Path, version: str, sizes: dict[str, int], *, made_key: bool) -> None:
        """Write the log, and print it."""
        lines = [f"version {version}, card of {layout.card_bytes() >> 20} MiB", *self._lines]
        lines.append(f"all: {time.monotonic() - self._began:.0f} s")
        lines += [f"{name}: {size / 1e6:.1f} MB" for name, size in sizes.items()]
        if made_key:
            lines.append(
                "signed with a key made for trying out: give --key and --cert for a card that is given away"
            )
        path.write_text("\n".join(lines) + "\n")
        print(path.read_text(), end="")


if __name__ == "__main__":
    sys.exit(main())
