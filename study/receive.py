"""A bundle that a home handed over as a file: its days go to the intake, its consent is kept."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import Final

from appliance.research.parcel import MAX_MANIFEST_BYTES, ParcelError
from study.intake import INBOX
from study.schema import MAX_BYTES
from study.shelf import Shelf

CONSENTS: Final = "consents/"
MAX_FILES: Final = 2_000
"""Files of a bundle: two for each day of two years, and five more."""

MAX_CONSENT_BYTES: Final = 50_000
_DAY: Final = re.compile(r"days/(\d{4}-\d{2}-\d{2})\.json")


def receive(path: Path, shelf: Shelf) -> int:
    """Put the days of a bundle where the intake takes them; return how many there are. Raises ParcelError.

    Nothing is believed here: each day is checked when it is taken in.
    """
    try:
        with zipfile.ZipFile(path) as bundle:
            return _put(bundle, shelf)
    except (zipfile.BadZipFile, OSError, NotImplementedError, EOFError) as error:
        raise ParcelError(
            f"read no bundle in {path} ({error}), expected what `tattlebox study bundle` writes"
        ) from error


def _put(bundle: zipfile.ZipFile, shelf: Shelf) -> int:
    names = bundle.namelist()
    if len(names) > MAX_FILES:
        raise ParcelError(f"read a bundle of {len(names)} files, expected at most {MAX_FILES}")
    consent = _read(bundle, "consent.json", MAX_CONSENT_BYTES)
    days = [found.group(1) for found in map(_DAY.fullmatch, names) if found]
    home = ""
    for day in days:
        sealed = _read(bundle, f"days/{day}.json", MAX_MANIFEST_BYTES)
        home = _home(sealed)
        shelf.put(f"{INBOX}{home}/{day}.parquet", _read(bundle, f"days/{day}.parquet", MAX_BYTES))
        shelf.put(f"{INBOX}{home}/{day}.json", sealed)
    if home:
        shelf.put(f"{CONSENTS}{home}.json", consent)
    return len(days)


def _read(bundle: zipfile.ZipFile, name: str, most: int) -> bytes:
    try:
        with bundle.open(name) as file:
            data = file.read(most + 1)
    except KeyError:
        raise ParcelError(f"read a bundle without {name}") from None
    if len(data) > most:
        raise ParcelError(f"read {name} of more than {most} bytes")
    return data


def _home(sealed: bytes) -> str:
    try:
        home = json.loads(sealed)["manifest"]["home"]
    except (ValueError, TypeError, KeyError, RecursionError):
        home = None
    if not isinstance(home, str) or not re.fullmatch(r"[0-9a-f]{16}", home):
        raise ParcelError("read a manifest that names no home")
    return home
