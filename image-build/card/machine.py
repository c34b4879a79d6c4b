"""A card started in an emulated machine, as it is: what is asked inside comes in as a systemd credential."""

from __future__ import annotations

import base64
import contextlib
import lzma
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from card.layout import MIB, partition
from card.run import BuildError, run

CARD_MIB: Final = 4_096
"""Size of the emulated card: larger than the image, so that the first start has room to make."""

MEMORY_MIB: Final = 1_024
"""Of a Pi 3; a Zero 2 has half."""

UNIT: Final = "r.service"
"""Short: qemu allows 55 characters for the credential that brings it in."""

KERNEL_LINE: Final = f"boot=tattlebox ro rootwait net.ifnames=0 panic=10 systemd.wants={UNIT}"
"""The card's own line (boot/cmdline.txt), with another console and the report asked for."""

EMULATOR: Final = {
    "arm64": ("qemu-system-aarch64", "-M", "virt", "-cpu", "cortex-a53"),
    "amd64": ("qemu-system-x86_64", "-M", "q35", "-cpu", "qemu64"),
}
CONSOLE: Final = {"arm64": "ttyAMA0", "amd64": "ttyS0"}

REPORT: Final = """\
[Unit]
Description=Report to the machine that emulates this one
After=multi-user.target
[Service]
Type=exec
StandardOutput=file:/dev/virtio-ports/report
StandardError=inherit
ExecStart=/bin/sh -c 'echo %s | base64 -d | sh'
"""


class Machine(NamedTuple):
    """A machine that runs."""

    process: subprocess.Popen[bytes]
    https_port: int
    report: Path  # what the commands inside printed so far
    console: Path  # what the kernel and systemd printed
    began: float  # monotonic time of power-on


def card_of(image: Path, folder: Path) -> Path:
    """Return a card with the image on it, larger than the image."""
    card = folder / "card.img"
    with (lzma.open if image.suffix == ".xz" else open)(image, "rb") as source, card.open("wb") as out:
        while chunk := source.read(MIB):
            if any(chunk):
                out.write(chunk)
            else:
                out.seek(len(chunk), 1)
        out.truncate(CARD_MIB * MIB)
    for name in ("vmlinuz", "initrd.img"):  # what a Pi's firmware would read from there
        run(["mcopy", "-n", "-o", "-i", f"{card}@@{partition(2).start}", f"::{name}", folder / name])
    return card


@contextlib.contextmanager
def started(card: Path, arch: str, asked: str) -> Iterator[Machine]:
    """Start a card, with a shell text that is run inside once all is up; the power is cut at the end."""
    folder = card.parent
    if shutil.which(EMULATOR[arch][0]) is None:
        raise BuildError(f"{EMULATOR[arch][0]} is missing; image-build/README.md names its package")
    unit, report, console = (folder / name for name in (UNIT, "report.txt", "console.txt"))
    unit.write_text(REPORT % base64.b64encode(asked.encode()).decode())
    report.unlink(missing_ok=True)
    port = _free_port()
    line = f"console={CONSOLE[arch]} {KERNEL_LINE}"
    command = [
        *EMULATOR[arch],
        *("-smp", "2", "-m", str(MEMORY_MIB), "-display", "none", "-no-reboot"),
        *("-kernel", folder / "vmlinuz", "-initrd", folder / "initrd.img", "-append", line),
        *("-drive", f"if=none,id=card,format=raw,file={card}", "-device", "virtio-blk-pci,drive=card"),
        *(
            "-netdev",
            f"user,id=home,hostfwd=tcp:127.0.0.1:{port}-:443",
            "-device",
            "virtio-net-pci,netdev=home",
        ),
        *("-device", "virtio-serial-pci", "-chardev", f"file,id=report,path={report}"),
        *(
            "-device",
            "virtserialport,chardev=report,name=report",
            "-serial",
            f"file:{console}",
            "-monitor",
            "none",
        ),
        *("-fw_cfg", f"name=opt/io.systemd.credentials/systemd.extra-unit.{UNIT},file={unit}"),
    ]
    process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL)
    try:
        yield Machine(process, port, report, console, time.monotonic())
    finally:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port
