"""A file that a process of its own makes for a browser: its memory is given back, and the pages go on."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from flask import Response

from web.marking import N_

MAKE_S: Final = 300.0
"""How long making one may take: ten times what a year of a chatty device takes on a slow card."""

BLOCK: Final = 1 << 16

BUSY: Final = N_("Another file is being made: try again in a minute.")

_making: Final = threading.Lock()
"""One file at a time: each takes 100 MB or more of a small machine."""

TATTLEBOX: Final = (
    *(sys.executable, "-c"),
    "import sys; from appliance.cli import main; sys.exit(main(sys.argv[1:]))",
)
"""The command `tattlebox`, in the environment that this process runs in."""


class Made:
    """A file beside the store; it is removed when the last block is sent, or nobody takes more."""

    def __init__(self, store: Path, name: str, command: Callable[[Path], Sequence[str]]) -> None:
        """Run what `command` returns for the file's path."""
        self.size_bytes: int | None = None  # None: it could not be made
        self.problem = ""  # what the process said then
        self._stack = ExitStack()
        folder = tempfile.TemporaryDirectory(prefix=".made-", dir=store.absolute().parent)
        self._path = Path(self._stack.enter_context(folder)) / name
        if not _making.acquire(blocking=False):
            self.problem = BUSY
            return
        try:
            subprocess.run(
                command(self._path),
                check=True,
                timeout=MAKE_S,
                capture_output=True,
                text=True,
                errors="replace",
            )
        except subprocess.CalledProcessError as error:
            self.problem = str(error.stderr).strip().rpartition("\n")[2].removeprefix("tattlebox: ")
        except subprocess.SubprocessError:
            return
        else:
            self.size_bytes = self._path.stat().st_size
        finally:
            _making.release()

    def __iter__(self) -> Iterator[bytes]:
        with self._path.open("rb") as file:
            while block := file.read(BLOCK):
                yield block

    def close(self) -> None:
        """Remove the file."""
        self._stack.close()


def download(made: Made, name: str, mimetype: str) -> Response:
    """Return a file that was made, for the browser to save as `name`."""
    answer = Response(made, mimetype=mimetype)
    answer.headers["Content-Length"] = str(made.size_bytes)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
