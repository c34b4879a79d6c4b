"""Reads the codes in a photograph of a label: a child process decodes it, within limits."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Final

from appliance.declared.codes import Code, read_code

MAX_BYTES: Final = 12_000_000
"""Bytes of an image: a photograph of a good camera has half of it."""

WAIT_S: Final = 30.0


class ScanError(ValueError):
    """An image that cannot be read: what was read, what was expected."""


def scan(image: bytes) -> list[Code]:
    """Return the codes in an image, none where there are none. Raises ScanError."""
    if not image:
        raise ScanError("read no bytes, expected a photograph (JPEG, PNG or WebP)")
    if len(image) > MAX_BYTES:
        raise ScanError(f"read more than {MAX_BYTES // 1_000_000} MB, expected a smaller photograph")
    try:
        child = subprocess.run(
            [sys.executable, "-m", "appliance.lookup.scan_child"],
            input=image,
            capture_output=True,
            timeout=WAIT_S,
            check=False,
        )
    except (subprocess.TimeoutExpired, OSError) as error:
        raise ScanError("the image took too long to read; take a smaller photograph") from error
    if child.returncode:
        why = child.stderr.decode("ascii", "replace").strip().rpartition("\n")[2][:60]
        if why in ("ModuleNotFoundError", "ImportError"):
            raise ScanError("the libraries that read codes are not installed; type what the label says")
        raise ScanError(
            f"expected a photograph (JPEG, PNG or WebP) of at most 25 megapixels ({why or 'stopped'})"
        )
    return [read_code(text) for _, text in json.loads(child.stdout)]
