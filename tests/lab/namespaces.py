"""Network namespaces of one lab: made, listed, and removed with everything that runs in them."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

PREFIX: Final = "tbx"
NAMESPACES: Final = Path("/run/netns")
PATIENCE_S: Final = 10.0


def full_name(lab: str, role: str) -> str:
    """Return the namespace of a role in a lab: "tbx-home-gw"."""
    return f"{PREFIX}-{lab}-{role}"


def ip(*words: str, stdin: str | None = None) -> str:
    """Return what `ip` prints. Raises CalledProcessError with its complaint on standard error."""
    done = subprocess.run(
        ["ip", *words], check=True, timeout=PATIENCE_S, capture_output=True, text=True, input=stdin
    )
    return done.stdout


_STARTED: Final[list[tuple[str, subprocess.Popen[str]]]] = []


def spawn(lab: str, command: list[str], **settings: Any) -> subprocess.Popen[str]:
    """Start a program of a lab in a session of its own; `remove` takes it along, pipes and all."""
    process = subprocess.Popen(command, text=True, start_new_session=True, **settings)
    _STARTED.append((lab, process))
    return process


def existing(lab: str) -> list[str]:
    """Return the namespaces of a lab that are there now."""
    start = full_name(lab, "")
    names = os.listdir(NAMESPACES) if NAMESPACES.is_dir() else []
    return sorted(name for name in names if name.startswith(start))


def processes(namespace: str) -> list[int]:
    """Return the processes in a namespace."""
    return [int(pid) for pid in ip("netns", "pids", namespace).split()]


def remove(lab: str) -> None:
    """Kill what runs in the lab's namespaces and delete them; nothing to do is fine."""
    names = existing(lab)
    deadline = time.monotonic() + PATIENCE_S
    while left := [pid for name in names for pid in processes(name)]:
        if time.monotonic() > deadline:
            raise TimeoutError(f"processes {left} of lab {lab} are still there after SIGKILL")
        for pid in left:
            _kill(pid)
        time.sleep(0.05)
    for name in names:
        ip("netns", "delete", name)
    for owner, process in list(_STARTED):
        if owner == lab:
            process.wait(PATIENCE_S)
            for pipe in (process.stdin, process.stdout, process.stderr):
                if pipe:
                    with suppress(BrokenPipeError):  # what was written last found nobody to read it
                        pipe.close()
            _STARTED.remove((owner, process))


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):  # it ended by itself in between
        os.kill(pid, signal.SIGKILL)
