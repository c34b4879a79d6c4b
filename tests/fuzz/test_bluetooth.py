"""The short run of what docs/bluetooth.md promises; the long one is `scripts/fuzz bluetooth`."""

from __future__ import annotations

import subprocess
import sys


def test_mutated_advertisements():
    command = [sys.executable, "-m", "tests.fuzz.bluetooth", "--packets", "30000"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "exceptions: 0" in done.stdout and "process_deaths: 0" in done.stdout
