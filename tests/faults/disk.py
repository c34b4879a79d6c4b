"""A process on a disk that fails: the shim compiled, and the load run under it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

SHIM = Path(__file__).with_name("shim.c")


def compiler() -> str | None:
    """Return a C compiler."""
    return shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")


def shim(folder: Path) -> Path:
    """Compile the shim; return the library."""
    library = folder / "shim.so"
    command = [compiler() or "cc", "-shared", "-fPIC", "-O1", "-o", str(library), str(SHIM), "-ldl"]
    subprocess.run(command, check=True)
    return library


def load(
    store: Path, batches: int, library: Path | None = None, *more: str, **faults: object
) -> tuple[int, str]:
    """Run the load, with faults given by their names; return its exit code and what it said."""
    environment = dict(os.environ)
    if library is not None:
        environment |= {"LD_PRELOAD": str(library), "FAULTS_FOLDER": f"{store.parent}/"}
        environment |= {f"FAULTS_{name.upper()}": str(value) for name, value in faults.items()}
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.load", str(store), str(batches), *more],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


def acknowledged(store: Path) -> int:
    """Return the number of the last batch that was acknowledged; -1 for none."""
    path = store.with_name("acks")
    lines = path.read_text().split() if path.exists() else []
    return int(lines[-1]) if lines else -1
