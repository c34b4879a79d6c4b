"""The system: the base, with Tattlebox, its units and its settings laid over it, ready to be packed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final, NamedTuple

from card import libraries, pythons
from card.base import DIVERTED, HERE
from card.libraries import REPOSITORY
from card.run import run
from card.sbom import sbom

OVERLAY: Final = HERE / "system"

UNITS: Final = Path("usr/lib/systemd/system")

ENABLED: Final = (
    "tattlebox-sensor@eth0.service",
    "tattlebox.service",
    "tattlebox-web.service",
    "tattlebox-web-http.socket",
    "tattlebox-web-https.socket",
    "tattlebox-notify.service",
    "tattlebox-reset.service",
    "tattlebox-archive.timer",
    "tattlebox-backup.timer",
    "tattlebox-presets.service",
    "tattlebox-confirm.service",
    "owner-ssh.service",
    "boot-firmware.mount",
    "systemd-networkd.service",
    "systemd-resolved.service",
    "systemd-timesyncd.service",
    "avahi-daemon.service",
    "rauc.service",
)

MASKED: Final = (
    "hostapd.service",  # the gateway's helper starts its own, when there is a plan
    "wpa_supplicant.service",
    "ssh.service",  # `owner-ssh.service` has it started where the owner put a key on the card
    "ssh.socket",
    "apt-daily.timer",
    "apt-daily-upgrade.timer",
    "dpkg-db-backup.timer",
    "e2scrub_all.timer",
    "e2scrub_reap.service",
    "fstrim.timer",
    "initramfs-tools.service",
    "systemd-networkd-wait-online.service",  # a home without internet starts all the same
)

REMOVED: Final = (
    "etc/ssh/ssh_host_*",
    "var/cache/*",
    "var/log/*",
    "var/lib/apt/lists/*",
    "var/lib/systemd/random-seed",
    "usr/share/doc/*/changelog*",
    "tmp/*",
    "run/*",
)


class Recipe(NamedTuple):
    """What a system is made of."""

    machine: str  # "tattlebox-arm64": what updates must be for
    version: str
    base: Path  # tar of Debian's packages
    packs: Path  # folder of knowledge packs
    cert: Path  # who may sign updates


def make(root: Path, recipe: Recipe, cache: Path) -> str:
    """Fill `root` and return its bill of materials. Raises BuildError."""
    root.mkdir(parents=True)
    run(["tar", "-xf", recipe.base, "-C", root, "--numeric-owner"])
    for path in DIVERTED:
        Path(f"{root}{path}.distrib").rename(f"{root}{path}")
    _lay(root, recipe)
    libraries.install(root, recipe.machine.rpartition("-")[2])
    _initrd(root)
    _units(root)
    bill = sbom(root, f"{recipe.machine}-{recipe.version}")
    (root / "usr/share/tattlebox/sbom.spdx.json").write_text(bill)
    _tidy(root)
    pythons.compile_all(root, cache)
    return bill


def _lay(root: Path, recipe: Recipe) -> None:
    """Lay our own files over Debian's."""
    shutil.copytree(OVERLAY, root, symlinks=True, dirs_exist_ok=True)
    rauc = root / "etc/rauc/system.conf"
    rauc.write_text(rauc.read_text().replace("@MACHINE@", recipe.machine))
    share = root / "usr/share/tattlebox"
    (share / "version").write_text(recipe.version + "\n")
    (share / "machine").write_text(recipe.machine + "\n")
    shutil.copy(recipe.cert, share / "updates.pem")
    shutil.copytree(recipe.packs, share / "packs")
    shutil.copy(REPOSITORY / "LICENSE", share)
    clock = root / "usr/lib/clock-epoch"
    clock.touch()
    os.utime(clock, (int(os.environ["SOURCE_DATE_EPOCH"]),) * 2)
    (root / "boot/firmware").mkdir(parents=True, exist_ok=True)


def _units(root: Path) -> None:
    units = REPOSITORY / "systemd"
    for kind in ("*.service", "*.socket", "*.timer"):
        for unit in units.glob(kind):
            shutil.copy(unit, root / UNITS)
    for folder in units.glob("*.d"):
        shutil.copytree(folder, root / UNITS / folder.name)
    for name, place in (
        ("sysusers", "sysusers.d"),
        ("tmpfiles", "tmpfiles.d"),
        ("journald", "systemd/journald.conf.d"),
    ):
        (root / "usr/lib" / place).mkdir(parents=True, exist_ok=True)
        shutil.copy(units / f"{name}.conf", root / "usr/lib" / place / "tattlebox.conf")
    run(["systemd-sysusers", f"--root={root}"])
    run(["systemctl", f"--root={root}", "enable", *ENABLED])
    run(["systemctl", f"--root={root}", "mask", *MASKED])
    run(["systemctl", f"--root={root}", "set-default", "multi-user.target"])


def _initrd(root: Path) -> None:
    """Make the small system that finds the card's partitions, with our way of starting in it."""
    config = root / "etc/initramfs-tools"
    shutil.copy(HERE / "initramfs/modules", config / "modules")
    hook, script = config / "hooks/tattlebox", config / "scripts/tattlebox"
    shutil.copy(HERE / "initramfs/hook", hook)
    hook.chmod(0o755)
    shutil.copy(HERE / "initramfs/tattlebox", script)
    (config / "conf.d/tattlebox").write_text(
        "MODULES=list\nBUSYBOX=y\nCOMPRESS=zstd\nRESUME=none\nFSTYPE=ext4\n"
    )
    (kernel,) = (path.name for path in (root / "usr/lib/modules").iterdir())
    run(["chroot", root, "mkinitramfs", "-o", f"/boot/initrd.img-{kernel}", kernel])


def _tidy(root: Path) -> None:
    """Take out what must not be the same on two cards, and what a read-only system never needs."""
    for pattern in REMOVED:
        for path in root.glob(pattern):
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    shutil.rmtree(root / "var/lib/dpkg")  # its list of packages is in the SBOM
    for name in ("machine-id", "hostname", "hosts", "resolv.conf"):
        (root / "etc" / name).unlink(missing_ok=True)
    (root / "etc/machine-id").touch()  # the initrd binds the card's own over it
    (root / "etc/hostname").write_text("tattlebox\n")
    (root / "etc/hosts").write_text("127.0.0.1 localhost\n::1 localhost\n127.0.1.1 tattlebox\n")
    (root / "etc/resolv.conf").symlink_to("/run/systemd/resolve/resolv.conf")
    run(["passwd", f"--root={root}", "--lock", "root"])
