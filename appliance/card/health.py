"""Is a system that was just started sound? Asked once after each start, before an update is kept for good."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

UNITS: Final = ("tattlebox.service", "tattlebox-web-https.socket", "tattlebox-web.service")
"""Without these there is no Tattlebox. The sensor is not among them: its cable may be unplugged."""

PATIENCE_S: Final = 300.0
"""How long a start may take; a Pi Zero with a full store needs two minutes."""

STEP_S: Final = 3.0

RECORD: Final = Path("/var/lib/tattlebox")


def problems(record: Path = RECORD, units: Sequence[str] = UNITS) -> list[str]:
    """Return what is wrong with the system that runs now, a sentence each."""
    return [*_disk_problems(record), *_unit_problems(units)]


def settled(look: Callable[[], list[str]] = problems, patience_s: float = PATIENCE_S) -> list[str]:
    """Return what is still wrong after the system had its time; nothing as soon as nothing is."""
    deadline = time.monotonic() + patience_s
    while (wrong := look()) and time.monotonic() < deadline:
        time.sleep(STEP_S)
    return wrong


def _disk_problems(record: Path) -> Iterator[str]:
    """Growing a partition live once left it unmounted while systemd said "running": so a write is tried."""
    probe = record / ".written"
    try:
        probe.write_text("yes")
        with probe.open("rb") as file:
            os.fsync(file.fileno())
        probe.unlink()
    except OSError as error:
        yield f"nothing can be written to {record}: {error.strerror}"
        return
    kind = subprocess.run(
        ["findmnt", "--noheadings", "--output", "FSTYPE", "--target", record],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    if kind == "tmpfs":
        yield f"{record} lies in memory: the card's data partition could not be mounted"


def _unit_problems(units: Sequence[str]) -> Iterator[str]:
    for unit in units:
        command = ["systemctl", "is-active", unit]
        state = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
        if state != "active":
            yield f"{unit} is {state or 'unknown'}"
