"""Running the tools of others."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

TAIL_LINES = 15
"""How much of a failed tool's words is shown."""


class BuildError(Exception):
    """The card cannot be made; one sentence says why and what to do."""


def run(command: Sequence[str | Path], *, env: Mapping[str, str] | None = None, text: str = "") -> str:
    """Return what the command printed. Raises BuildError with its last words when it fails."""
    try:
        done = subprocess.run(
            [str(part) for part in command],
            input=text,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **(env or {})},
        )
    except FileNotFoundError as error:
        raise BuildError(f"{command[0]} is missing; image-build/README.md names the packages") from error
    if done.returncode:
        said = "\n".join((done.stdout + done.stderr).splitlines()[-TAIL_LINES:])
        raise BuildError(f"{' '.join(map(str, command[:3]))} … failed with {done.returncode}:\n{said}")
    return done.stdout


def need(*tools: str) -> None:
    """Raise BuildError that names every tool that is not installed."""
    missing = [tool for tool in tools if shutil.which(tool) is None]
    if missing:
        raise BuildError(f"missing: {', '.join(missing)}; image-build/README.md names their packages")
