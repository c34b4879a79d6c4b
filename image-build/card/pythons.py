"""Debian 13's Python on this machine's processor: compiles what the card will run.

Compiled files are the same for every processor, and making them under emulation takes many minutes. Without
them the first start of the dashboard would take as long on a Pi.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from card.base import SUITE
from card.libraries import PYTHON
from card.run import run

LIBRARIES: Final = "usr/lib/x86_64-linux-gnu"

FOLDERS: Final = (f"usr/lib/python{PYTHON}", "usr/lib/python3/dist-packages", "opt/tattlebox/lib")


def compile_all(root: Path, cache: Path) -> None:
    """Compile every Python file below `root` that the card may import. Raises BuildError."""
    tools = _tools(cache)
    python = tools / f"usr/bin/python{PYTHON}"
    loader = (tools / "usr/lib64/ld-linux-x86-64.so.2", "--library-path", tools / LIBRARIES)
    for folder in FOLDERS:
        for stale in (root / folder).rglob("__pycache__"):
            shutil.rmtree(stale)
        # Never checked against the source, which cannot change: the system is read-only.
        how = ("-q", "-q", "--invalidation-mode=unchecked-hash", "-s", root, "-p", "/")
        run(
            [*loader, python, "-S", "-B", "-m", "compileall", *how, root / folder],
            env={"PYTHONHOME": str(tools / "usr"), "PYTHONHASHSEED": "0"},
        )


def _tools(cache: Path) -> Path:
    """Return a folder with that Python, unpacked and nothing more."""
    folder = cache / f"python{PYTHON}"
    if not folder.exists():
        partial = folder.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        include = f"--include=python{PYTHON},python{PYTHON}-minimal"
        run(
            [
                "mmdebstrap",
                "--mode=root",
                "--variant=extract",
                "--architectures=amd64",
                include,
                SUITE,
                partial,
            ]
        )
        partial.rename(folder)
    return folder
