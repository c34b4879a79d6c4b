"""A card started in an emulated machine, as it is: what is asked inside comes in as a systemd credential."""

from __future__ import annotations

import base64
import contextlib
import lzma
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from card.base import HERE
from card.layout import MIB, partition
from card.run import BuildError, run

CARD_MIB: Final = 4_096
"""Size of the emulated card: larger than the image, so that the first start has room to make."""

MEMORY_MIB: Final = 1_024
"""Of a Pi 3; a Zero 2 has half."""

PATIENCE_S: Final = 1_800.0
"""A loaded machine without hardware help emulates a start many times slower than a Pi makes it."""

DONE: Final = "=== done"

UNIT: Final = "r.service"
"""Short: qemu allows 55 characters for the credential that brings it in."""

OURS: Final = re.compile(r"console=\S+|quiet")
"""Words of the card's own line (boot/cmdline.txt) that are not for an emulated machine."""

EMULATOR: Final = {
    "arm64": ("qemu-system-aarch64", "-M", "virt", "-cpu", "cortex-a53"),
    "amd64": ("qemu-system-x86_64", "-M", "q35", "-cpu", "qemu64"),
}
PACE: Final = ("-smp", "1", "-icount", "shift=0", "-rtc", "clock=vm")
"""One core that takes a nanosecond for each instruction, about as one of a Pi 3's four; memory and card cost
it nothing. So the machine's own time, by which its programs lose patience and a start is measured, does not
depend on what else the host does."""

HASTE: Final = ("-smp", "2")
"""Two cores, as fast as the host can: where time does not matter."""

CONSOLE: Final = {"arm64": "ttyAMA0", "amd64": "ttyS0"}

REPORT: Final = """\
[Unit]
Description=Report to the machine that emulates this one
%s
[Service]
Type=exec
StandardOutput=file:/dev/virtio-ports/report
StandardError=inherit
ExecStart=/bin/sh -c 'echo %s | base64 -d | sh'
"""


class Wires(NamedTuple):
    """A network that is there already, in place of one that the emulator plays."""

    inside: tuple[str, ...]  # the command that runs another where it is
    taps: tuple[str, ...]  # interfaces there: of eth0 and the next


LATE: Final = "After=multi-user.target"
EARLY: Final = "DefaultDependencies=no\nAfter=local-fs.target"
"""When what is asked runs: once all is up, or as soon as there are file systems."""


class Machine(NamedTuple):
    """A machine that runs."""

    process: subprocess.Popen[bytes]
    https_port: int
    report: Path  # what the commands inside printed so far
    console: Path  # what the kernel and systemd printed
    began: float  # monotonic time of power-on
    clock: int  # what the machine's clock said then, epoch seconds

    def worked_s(self) -> float:
        """Return the processor time that the emulation took so far: what a busy host cannot stretch."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def card_of(image: Path, folder: Path) -> Path:
    """Return a card with the image on it, larger than the image."""
    card = folder / "card.img"
    with (lzma.open if image.suffix == ".xz" else open)(image, "rb") as source, card.open("wb") as out:
        while chunk := source.read(MIB):
            if chunk.strip(b"\0"):
                out.write(chunk)
            else:
                out.seek(len(chunk), 1)
        out.truncate(CARD_MIB * MIB)
    for name in ("vmlinuz", "initrd.img"):  # what a Pi's firmware would read from there
        run(["mcopy", "-n", "-o", "-i", f"{card}@@{partition(2).start}", f"::{name}", folder / name])
    return card


@contextlib.contextmanager
def started(
    card: Path,
    arch: str,
    asked: str,
    *,
    when: str = LATE,
    wires: Wires | None = None,
    pace: tuple[str, ...] = PACE,
) -> Iterator[Machine]:
    """Start a card, with a shell text that is run inside; the power is cut at the end."""
    folder = card.parent
    if shutil.which(EMULATOR[arch][0]) is None:
        raise BuildError(f"{EMULATOR[arch][0]} is missing; image-build/README.md names its package")
    unit, report, console = (folder / name for name in (UNIT, "report.txt", "console.txt"))
    unit.write_text(REPORT % (when, base64.b64encode(asked.encode()).decode()))
    report.unlink(missing_ok=True)
    port = _free_port()
    words = OURS.sub("", (HERE / "boot/cmdline.txt").read_text()).split()
    line = " ".join((f"console={CONSOLE[arch]}", *words, f"systemd.wants={UNIT}"))
    command = [
        *(wires.inside if wires else ()),
        *EMULATOR[arch],
        *pace,
        *("-m", str(MEMORY_MIB), "-display", "none", "-no-reboot"),
        *("-kernel", folder / "vmlinuz", "-initrd", folder / "initrd.img", "-append", line),
        *("-drive", f"if=none,id=card,format=raw,file={card}", "-device", "virtio-blk-pci,drive=card"),
        *_network(port, wires),
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
        yield Machine(process, port, report, console, time.monotonic(), int(time.time()))
    finally:
        process.kill()
        process.wait()


def reported(machine: Machine) -> dict[str, str]:
    """Return what the machine said of itself, by heading; nothing when it did not come to an end."""
    while time.monotonic() - machine.began < PATIENCE_S and machine.process.poll() is None:
        text = machine.report.read_text(errors="replace") if machine.report.exists() else ""
        if DONE in text:
            parts = text.replace("\r", "").split("=== ")[1:]
            return {part.partition("\n")[0]: part.partition("\n")[2].strip() for part in parts}
        time.sleep(1)
    return {}


def tail(path: Path) -> str:
    """Return the last lines of a text that may not be there."""
    return "\n".join(path.read_text(errors="replace").splitlines()[-15:]) if path.exists() else ""


def _network(port: int, wires: Wires | None) -> Iterator[str]:
    taps = wires.taps if wires else ()
    lines = [f"tap,ifname={name},script=no,downscript=no,vnet_hdr=off" for name in taps]
    for number, line in enumerate(lines or [f"user,hostfwd=tcp:127.0.0.1:{port}-:443"]):
        yield from ("-netdev", f"{line},id=net{number}", "-device", f"virtio-net-pci,netdev=net{number}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port
