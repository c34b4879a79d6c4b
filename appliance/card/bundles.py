"""Update bundles: asks RAUC whose they are, and refuses what is not newer and for this machine."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Final, NamedTuple

RAUC: Final = "rauc"

TIMEOUT_S: Final = 600
"""Checking a signature reads the bundle's end only; a slow stick gets its time all the same."""

_VERSION: Final = re.compile(r"(\d+)\.(\d+)\.(\d+)\+(\d{12})").fullmatch
"""Release and the UTC minute of its source: 0.1.0+202611302100."""


class BundleError(Exception):
    """The bundle is refused, and why."""


class Bundle(NamedTuple):
    """What a bundle with a good signature says of itself."""

    compatible: str  # the machines it is for: "tattlebox-arm64"
    version: str


def order(version: str) -> tuple[int, ...]:
    """Return what versions are compared by. Raises BundleError."""
    found = _VERSION(version)
    if found is None:
        raise BundleError(f"read the version {version[:40]!r}, expected one such as 0.1.0+202611302100")
    return tuple(map(int, found.groups()))


def check(path: Path, keyring: Path, installed: str, compatible: str) -> Bundle:
    """Return what a bundle is, when it may be installed. Raises BundleError with the reason when not."""
    bundle = read(path, keyring)
    if bundle.compatible != compatible:
        raise BundleError(f"it is for {bundle.compatible}, this machine is {compatible}")
    if order(bundle.version) <= order(installed):
        raise BundleError(f"it is {bundle.version}, not newer than {installed}, which is installed")
    return bundle


def read(path: Path, keyring: Path) -> Bundle:
    """Return what a bundle says of itself, its signature checked. Raises BundleError."""
    if not path.is_file():
        raise BundleError(f"there is no file {path}")
    command = [RAUC, "info", f"--keyring={keyring}", "--output-format=json", str(path)]
    try:
        said = subprocess.run(command, capture_output=True, text=True, check=False, timeout=TIMEOUT_S)
    except FileNotFoundError as error:
        raise BundleError("rauc is not installed: updates are for the card only") from error
    except subprocess.TimeoutExpired as error:
        raise BundleError(f"its signature took more than {TIMEOUT_S} s to check") from error
    if said.returncode:
        reason = (said.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise BundleError(f"its signature is not good ({reason[:200]})")
    try:
        fields = json.loads(said.stdout)
        return Bundle(str(fields["compatible"]), str(fields["version"]))
    except (ValueError, KeyError, TypeError) as error:
        raise BundleError(f"rauc said something unexpected of it ({error})") from error
