"""What Debian's packages would do to a system when they are installed, as far as a read-only one needs it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Final

from card.run import run

UNUSED: Final = (
    "usr/share/man",
    "usr/share/info",
    "usr/share/locale",
    "usr/share/lintian",
    "usr/share/bug",
    "usr/share/bash-completion",
    "usr/share/zsh",
    "usr/share/doc-base",
    "usr/lib/udev/hwdb.d",  # keyboards and the like: 23 MB
    "etc/cron.daily",
    "etc/cron.d",
    "etc/kernel",
    "etc/apt",
    "var/lib/apt",
    "var/lib/dpkg",
)
"""Folders that nothing on a card reads. Of usr/share/doc the licences stay."""

DRIVERS: Final = ("drivers/gpu", "drivers/media", "drivers/infiniband", "sound")
"""Kinds of kernel drivers for what a card's machine does not do: 29 MB."""

COPIED: Final = {
    "usr/share/base-passwd/passwd.master": "etc/passwd",
    "usr/share/base-passwd/group.master": "etc/group",
    "usr/share/base-files/profile": "etc/profile",
    "usr/share/base-files/dot.profile": "root/.profile",
    "usr/share/base-files/dot.bashrc": "root/.bashrc",
}

LINKED: Final = {
    "usr/bin/awk": "mawk",
    "usr/lib/firmware/regulatory.db": "regulatory.db-debian",
    "usr/lib/firmware/regulatory.db.p7s": "regulatory.db.p7s-debian",
    "etc/mtab": "../proc/self/mounts",
    "etc/localtime": "/usr/share/zoneinfo/Etc/UTC",
    "etc/resolv.conf": "/run/systemd/resolve/resolv.conf",
    "var/run": "/run",
    "var/lock": "/run/lock",
}

WRITTEN: Final = {
    "etc/fstab": "",
    "etc/machine-id": "",  # the initrd binds the card's own over it
    "etc/hostname": "tattlebox\n",
    "etc/hosts": "127.0.0.1 localhost\n::1 localhost\n127.0.1.1 tattlebox\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\nservices: files\n"
    "protocols: files\nethers: files\n",
}

UNIX: Final = "{kind} required pam_unix.so\n"
PAM: Final = {
    "auth": "auth",
    "account": "account",
    "password": "password",
    "session": "session",
    "session-noninteractive": "session",
}
"""Files of /etc/pam.d that other files there include, and what each is for: nobody has a password here."""


def settle(root: Path) -> None:
    """Do it to an unpacked root folder. Raises BuildError."""
    for name, target in COPIED.items():
        shutil.copyfile(root / name, root / target)
    for name, to in LINKED.items():
        if (root / name).is_dir() and not (root / name).is_symlink():
            shutil.rmtree(root / name)  # packages bring empty ones for the time before their scripts ran
        (root / name).unlink(missing_ok=True)
        (root / name).symlink_to(to)
    for name, text in WRITTEN.items():
        (root / name).unlink(missing_ok=True)
        (root / name).write_text(text)
    for name, kind in PAM.items():
        (root / f"etc/pam.d/common-{name}").write_text(UNIX.format(kind=kind))
    for name in ("mnt", "media", "srv", "usr/local/bin", "usr/local/lib", "boot/firmware"):
        (root / name).mkdir(parents=True, exist_ok=True)
    (kernel,) = (path.name for path in (root / "usr/lib/modules").iterdir())
    run(["depmod", "--basedir", root, kernel])
    _authorities(root)


def users(root: Path) -> None:
    """Make the users that the files in sysusers.d ask for; none has a password. Raises BuildError."""
    files = sorted((root / "usr/lib/sysusers.d").glob("*.conf"))
    # "u!" is of newer systemd versions than Debian 12's, and says what no password says already.
    wanted = "\n".join(re.sub(r"^u!", "u", file.read_text(), flags=re.MULTILINE) for file in files)
    run(["systemd-sysusers", f"--root={root}", "-"], text=wanted)
    path = root / "etc/shadow"
    entries = path.read_text().splitlines() if path.exists() else []
    known = {entry.split(":")[0] for entry in entries}
    users = [line.split(":")[0] for line in (root / "etc/passwd").read_text().splitlines()]
    entries += [f"{user}:*:20000:0:99999:7:::" for user in users if user not in known]
    path.write_text("\n".join(entries) + "\n")
    path.chmod(0o640)


def prune(root: Path) -> None:
    """Take out what nothing on a card reads."""
    (modules,) = (root / "usr/lib/modules").iterdir()
    for folder in (*(root / name for name in UNUSED), *(modules / "kernel" / name for name in DRIVERS)):
        shutil.rmtree(folder, ignore_errors=True)
    run(["depmod", "--basedir", root, modules.name])
    for path in (root / "usr/share/doc").rglob("*"):
        if path.is_file() and path.name != "copyright":
            path.unlink()


def _authorities(root: Path) -> None:
    """Lay out Mozilla's certificate authorities as Debian does, by this machine's own openssl."""
    certs = root / "etc/ssl/certs"
    texts = []
    for path in sorted((root / "usr/share/ca-certificates/mozilla").glob("*.crt")):
        (certs / f"{path.stem}.pem").symlink_to(f"../../../usr/share/ca-certificates/mozilla/{path.name}")
        texts.append(path.read_text())
    (certs / "ca-certificates.crt").write_text("".join(texts))
    run(["openssl", "rehash", certs])
