"""The system: the base, with Tattlebox, its units and its settings laid over it, ready to be packed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final, NamedTuple

from card import debian, libraries, pythons
from card.base import HERE, PACKAGES
from card.libraries import REPOSITORY
from card.run import run
from card.sbom import sbom

OVERLAY: Final = HERE / "system"

UNITS: Final = Path("usr/lib/systemd/system")

ENABLED: Final = (
    "tattlebox-sensor@eth0.service",
    "tattlebox.service",
    "tattlebox-gateway.service",
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
    "bluetooth.service",
    "tattlebox-nearby.service",
    "getty@tty1.service",
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
    "ldconfig.service",  # these five renew files of /etc and /usr, which are read-only
    "systemd-hwdb-update.service",
    "systemd-journal-catalog-update.service",
    "systemd-sysusers.service",
    "systemd-update-done.service",
    "initramfs-tools.service",
    "systemd-machine-id-commit.service",  # the initrd keeps it on the record's partition
    "systemd-networkd-wait-online.service",  # a home without internet starts all the same
)

REMOVED: Final = ("etc/ssh/ssh_host_*", "var/cache/*", "var/log/*", "tmp/*", "run/*", PACKAGES)


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
    debian.settle(root)
    _lay(root, recipe)
    libraries.install(root, recipe.machine.rpartition("-")[2])
    _units(root)
    _initrd(root)
    bill = sbom(root, f"{recipe.machine}-{recipe.version}")
    (root / "usr/share/tattlebox/sbom.spdx.json").write_text(bill)
    debian.prune(root)
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


def _units(root: Path) -> None:
    units = REPOSITORY / "systemd"
    for kind in ("*.service", "*.socket", "*.timer"):
        for unit in units.glob(kind):
            shutil.copy(unit, root / UNITS)
    for folder in units.glob("*.d"):
        shutil.copytree(folder, root / UNITS / folder.name, dirs_exist_ok=True)
    for name, place in (
        ("sysusers", "sysusers.d"),
        ("tmpfiles", "tmpfiles.d"),
        ("journald", "systemd/journald.conf.d"),
    ):
        (root / "usr/lib" / place).mkdir(parents=True, exist_ok=True)
        shutil.copy(units / f"{name}.conf", root / "usr/lib" / place / "tattlebox.conf")
    debian.users(root)
    run(["systemctl", f"--root={root}", "enable", *ENABLED])
    run(["systemctl", f"--root={root}", "mask", *MASKED])
    run(["systemctl", f"--root={root}", "set-default", "multi-user.target"])


def _initrd(root: Path) -> None:
    """Make the small system that finds the card's partitions, with our way of starting in it.

    This alone runs programs of the card: for another processor, emulated. Raises BuildError.
    """
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
    """Take out what must not be the same on two cards."""
    for pattern in REMOVED:
        for path in root.glob(pattern):
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
