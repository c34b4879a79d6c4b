"""The command as a process of its own, on loopback or encrypted on every address of this machine."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]


class Served(NamedTuple):
    """A running dashboard."""

    port: int
    https_port: int
    process: subprocess.Popen[str]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@contextmanager
def serving(store: Path, *options: str) -> Iterator[Served]:
    """Run `tattlebox-web` over a store until the block ends."""
    port, https_port = free_port(), free_port()
    command = [sys.executable, "-m", "web", "--store", str(store), "--port", str(port)]
    command += ["--https-port", str(https_port), *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "dashboard is at" in line:
                break
        time.sleep(0.2)
        try:
            yield Served(port, https_port, process)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(10)
