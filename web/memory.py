"""Keeps the memory of a process with many threads small."""

from __future__ import annotations

import ctypes
from typing import Final

M_ARENA_MAX: Final = -8
M_MMAP_THRESHOLD: Final = -3
"""malloc.h of the GNU C library."""

LARGE_BYTES: Final = 128 * 1024
"""Blocks of this size, such as the texts of pages, go back to the system at once. It is the library's own
figure, which it would raise with the first that is freed."""


def spare_memory() -> None:
    """Let all threads share one heap, and give large blocks back.

    With a heap for each thread the dashboard took 20 MB more and was no quicker.

    A C library that is not GNU's has no such call, and no heaps of its own for threads either.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_ARENA_MAX, 1)
        mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)
