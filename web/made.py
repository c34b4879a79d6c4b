"""A file that a process of its own makes for a browser: its memory is given back, and the pages go on."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from flask import Response

from web.marking import N_

MAKE_S: Final = 300.0
"""How long making one may take: ten times what a year of a chatty device takes on a slow card."""

BLOCK: Final = 1 << 16

BUSY: Final = N_("Another file is being made: try again in a minute.")

_making: Final = threading.Lock()
"""One process at a time that makes a file or counts what it would hold: each takes 100 MB or more."""

TATTLEBOX: Final = (
    *(sys.executable, "-c"),
    "import sys; from appliance.cli import main; sys.exit(main(sys.argv[1:]))",
)
"""The command `tattlebox`, in the environment that this process runs in."""


@contextmanager
def alone() -> Iterator[bool]:
    """Give whether no other file is being made; if so, none is begun meanwhile."""
    free = _making.acquire(blocking=False)
    try:
        yield free
    finally:
        if free:
            _making.release()


class Made:
    """A file beside the store; it is removed when the last block is sent, or nobody takes more."""

    def __init__(self, store: Path, name: str, command: Callable[[Path], Sequence[str]]) -> None:
        """Run what `command` returns for the file's path."""
        self.size_bytes: int | None = None  # None: it could not be made
        self.problem = ""  # what the process said then
        self._stack = ExitStack()
        folder = tempfile.TemporaryDirectory(prefix=".made-", dir=store.absolute().parent)
        self._path = Path(self._stack.enter_context(folder)) / name
        with alone() as free:
            if free:
                self._run(command(self._path))
            else:
                self.problem = BUSY

    def _run(self, command: Sequence[str]) -> None:
        try:
            subprocess.run(
                command, check=True, timeout=MAKE_S, capture_output=True, text=True, errors="replace"
            )
        except subprocess.CalledProcessError as error:
            self.problem = said(error.stderr)
        except subprocess.SubprocessError:
            return
        else:
            self.size_bytes = self._path.stat().st_size

    def __iter__(self) -> Iterator[bytes]:
        with self._path.open("rb") as file:
            while block := file.read(BLOCK):
                yield block

    def close(self) -> None:
        """Remove the file."""
        self._stack.close()


def said(errors: str) -> str:
    """Return the sentence with which `tattlebox` ended."""
    return errors.strip().rpartition("\n")[2].removeprefix("tattlebox: ")


def download(made: Made, name: str, mimetype: str) -> Response:
    """Return a file that was made, for the browser to save as `name`."""
    answer = Response(made, mimetype=mimetype)
    answer.headers["Content-Length"] = str(made.size_bytes)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
