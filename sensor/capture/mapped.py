"""A regular file, window by window: only the bytes that are looked at are fetched, and nothing is copied.

Of bulk traffic the headers are a twentieth: reading all of it costs twice as much as mapping it (2026-11,
from the page cache). Pipes, gzip and an installation without compiler go through read (file.py).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from typing import Final

try:
    from sensor.capture import _window
except ImportError:  # not built: no compiler was at hand when this was installed
    _window = None  # type: ignore[assignment]

WINDOW_BYTES: Final = 8_388_608
"""Two windows are open while the next begins: this is what the memory of reading a file is. Smaller ones cost
more; one of 16 MiB takes 3 % less time, and one of 1 MiB 20 % more."""

SHORTER: Final = "the file became shorter, or its disk failed, while it was read"


def mappable(descriptor: int) -> bool:
    """Say whether this is a file that can be mapped, and the means to do so are there."""
    return _window is not None and stat.S_ISREG(os.fstat(descriptor).st_mode)


def windows(descriptor: int) -> Iterator[tuple[memoryview, str]]:
    """Yield the file's bytes, then nothing but why it ended early, "" where it did not.

    A file that grows is read to where it ends when that is reached. Raises OSError.
    """
    offset, broken = 0, False
    while not broken and (length := min(WINDOW_BYTES, os.fstat(descriptor).st_size - offset)) > 0:
        window = _window.Window(descriptor, offset, length)
        yield memoryview(window), ""
        offset += length
        broken = window.broken
    yield memoryview(b""), SHORTER if broken or length < 0 else ""
