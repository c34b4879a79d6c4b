"""Which half of the card starts: `autoboot.txt`, 256 bytes that a Pi's firmware reads and we write.

An update is written to the half that is not in use and then *tried*: it is made the first choice, and its
starts are counted (image-build/initramfs/tattlebox). A half that was started once and not confirmed is left
at the next start for the other. The firmware could try a half once by itself (tryboot), but only the Pi's
own kernel can ask it to, not Debian's (github.com/raspberrypi/rpi-eeprom issue 716).
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final, NamedTuple

HALVES: Final = ("A", "B")

PARTITION: Final = {"A": 2, "B": 3}
"""Where a half's kernel lies; `image-build/card/layout.py` has all partitions."""

SIZE: Final = 256
"""Bytes of the file: within one sector, written whole or not at all; the firmware reads up to 512."""

_TEXT: Final = """\
# Which half of the card starts: 2 is A, 3 is B. Written by `tattlebox update`.
[all]
boot_partition={partition}
# good={good} trial={trial} tries={tries}
"""

_STATE: Final = re.compile(
    rb"^boot_partition=([23])$.*^# good=(A|B|AB|-) trial=(A|B|-) tries=([01])\s*\Z", re.MULTILINE | re.DOTALL
)


class HalvesError(ValueError):
    """`autoboot.txt` is not as we write it."""


class Halves(NamedTuple):
    """The state of both halves."""

    first: str = "A"  # the one that starts next
    good: str = "A"  # those that started and were found sound, in order
    trial: str = ""  # the one that must still prove itself, "" for none
    tries: int = 0  # how often the one on trial was started


def other(half: str) -> str:
    """Return the half that is not this one."""
    return "B" if half == "A" else "A"


def text(halves: Halves) -> bytes:
    """Return the file, always SIZE bytes."""
    made = _TEXT.format(
        partition=PARTITION[halves.first],
        good=halves.good or "-",
        trial=halves.trial or "-",
        tries=halves.tries,
    )
    return made[:-1].encode().ljust(SIZE - 1) + b"\n"


def parse(data: bytes) -> Halves:
    """Return what a file says. Raises HalvesError."""
    found = _STATE.search(data[:SIZE])
    if found is None:
        raise HalvesError(
            f"read {data[:60]!r} in autoboot.txt, expected what `tattlebox update` writes there"
        )
    partition, good, trial, tries = (part.decode().replace("-", "") for part in found.groups())
    return Halves("A" if partition == "2" else "B", good, trial, int(tries))


def overwriting(halves: Halves, half: str) -> Halves:
    """Return the state while a half is being written: it is not good, and cannot start."""
    if halves.first == half:
        raise HalvesError(f"half {half} starts next: it cannot be overwritten")
    return halves._replace(good=halves.good.replace(half, ""), trial="", tries=0)


def trying(halves: Halves, half: str) -> Halves:
    """Return the state in which a half starts next, on trial unless it is good."""
    return halves._replace(first=half, trial="" if half in halves.good else half, tries=0)


def confirmed(halves: Halves, half: str) -> Halves:
    """Return the state after a half started and was found sound."""
    good = "".join(one for one in HALVES if one in halves.good or one == half)
    return Halves(half, good)


def failed(halves: Halves, half: str) -> Halves:
    """Return the state after a half was found unsound: the other starts next, if it is good."""
    good = halves.good.replace(half, "")
    return Halves(other(half) if other(half) in good else half, good)


def read(path: Path) -> Halves:
    """Return the state that a file holds. Raises HalvesError, OSError."""
    return parse(path.read_bytes())


def write(path: Path, halves: Halves) -> None:
    """Write the state over the old one, in its place, in one write of one sector. Raises OSError."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT, 0o644)
    try:
        os.pwrite(file, text(halves), 0)
        os.fsync(file)
    finally:
        os.close(file)
