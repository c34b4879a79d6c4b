"""Check a pack in a process of its own, so that a hostile file takes neither memory nor time of the home.

    python -m appliance.lookup.pack_child NAME FILE

prints the sentence of refusal and exits 1, or says nothing and exits 0.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path
from typing import Final

from appliance.lookup.pack_readers import PackError

MEMORY_BYTES: Final = 1 << 29
"""Address space of the check: the largest real pack takes 130 MB of it, most of that the interpreter."""

CPU_S: Final = 60
"""Processor seconds of the check: the largest real pack takes 1 s here, about 10 on a Pi Zero 2."""


def check_apart(name: str, path: Path) -> None:
    """Raise PackError unless the file is sound as the pack of that name, as a limited child process finds."""
    command = [sys.executable, "-m", "appliance.lookup.pack_child", name, str(path)]
    try:
        done = subprocess.run(
            command,
            check=False,
            capture_output=True,
            text=True,
            timeout=3 * CPU_S,
            preexec_fn=_limit,
            cwd=Path(__file__).parents[2],
        )
    except subprocess.TimeoutExpired as error:
        raise PackError(f"read {path.name}, expected a pack that is checked in {3 * CPU_S} s") from error
    if done.returncode == 1 and done.stdout:
        raise PackError(done.stdout.strip())
    if done.returncode:
        raise PackError(
            f"read {path.name}: checking it took more than {CPU_S} s or {MEMORY_BYTES >> 20} MB, "
            "expected a pack of usual size"
        )


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))


def main(argv: list[str]) -> int:
    """Check one file; return the exit code."""
    from appliance.lookup.packs import check_pack  # noqa: PLC0415 - `packs` is not needed by `check_apart`

    try:
        check_pack(argv[0], Path(argv[1]))
    except (PackError, OSError) as error:
        print(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
