"""Reads the codes in one image: bytes on standard input, JSON on standard output. Run by `scan` alone.

A process of its own, because decoders of images are large and an image is hostile: it may use so much memory
and time, writes no file, and is gone afterwards.
"""

from __future__ import annotations

import contextlib
import io
import json
import resource
import sys
from pathlib import Path
from typing import Final

MEMORY_BYTES: Final = 200_000_000
"""Of addresses; the web service and this have 250 MB together."""

CPU_S: Final = 20
MAX_PIXELS: Final = {"JPEG": 25_000_000, "PNG": 12_000_000, "WEBP": 6_000_000}
"""Pixels of an image by its format: a JPEG, as telephones make it, is read at half its size or less."""

SIDE: Final = 3_000
"""Longest side that is looked at: a code that a person held in view has a hundred pixels and more of it."""

MAX_CODES: Final = 8
MAX_TEXT: Final = 2_000


def limit() -> None:
    """Bound what this process may use from here on; where memory is short all the same, it goes first."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def codes_in(data: bytes) -> list[list[str]]:
    """Return [kind, text] of each code. Raises ValueError or OSError for what is no such image."""
    import zxingcpp  # noqa: PLC0415 - only here, behind the limits
    from PIL import Image  # noqa: PLC0415

    with Image.open(io.BytesIO(data), formats=tuple(MAX_PIXELS)) as image:
        if image.width * image.height > MAX_PIXELS[image.format or ""]:
            raise ValueError(f"{image.width} x {image.height} pixels")
        image.draft("L", (SIDE, SIDE))
        grey = image.convert("L")
    grey.thumbnail((SIDE, SIDE))
    found = zxingcpp.read_barcodes(grey)
    return [[str(code.format).rpartition(".")[2], code.text[:MAX_TEXT]] for code in found[:MAX_CODES]]


def main() -> int:
    """Print the codes; exit with 1 where the image cannot be read."""
    limit()
    try:
        found = codes_in(sys.stdin.buffer.read())
    except Exception as error:  # noqa: BLE001 - decoders raise what they like, and this process ends here
        print(type(error).__name__, file=sys.stderr)
        return 1
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
