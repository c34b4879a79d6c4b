"""From what homes handed in to the study's table: checked, catalogued, refused with a reason.

Homes put `inbox/HOME/DAY.parquet` and, after it, `inbox/HOME/DAY.json`. What is sound goes to the lake,
`day=DAY/HOME.parquet`; a day handed in again replaces the one before, so a repeated upload does no harm.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final, NamedTuple

from appliance.research.parcel import MAX_MANIFEST_BYTES, Manifest, ParcelError, unseal
from study.schema import MAX_BYTES, problems
from study.shelf import Shelf

INBOX: Final = "inbox/"
REFUSED: Final = "refused/"
CATALOGUE: Final = "catalogue.jsonl"


class Taken(NamedTuple):
    """What one run of the intake did."""

    accepted: int
    refused: int
    rows: int


def take_in(shelf: Shelf, lake: Path, study: str) -> Taken:
    """Take in all that waits. What is refused is kept apart with the reason, for who runs the study."""
    accepted = refused = rows = 0
    lake.mkdir(parents=True, exist_ok=True)
    with (lake / CATALOGUE).open("a", encoding="utf-8") as catalogue:
        for name in [name for name in shelf.names(INBOX) if name.endswith(".json")]:
            try:
                manifest = _one(shelf, name, lake, study)
            except ParcelError as error:
                refused += 1
                shelf.put(REFUSED + name.removeprefix(INBOX) + ".txt", str(error).encode())
            else:
                accepted += 1
                rows += manifest.rows
                catalogue.write(json.dumps(manifest._asdict(), sort_keys=True) + "\n")
            for done in (name, _file_of(name)):
                shelf.remove(done)
    return Taken(accepted, refused, rows)


def withdraw(lake: Path, home: str) -> int:
    """Delete every day of a home that left the study; return how many there were."""
    files = list(lake.glob(f"day=*/{home}.parquet"))
    for file in files:
        file.unlink()
    return len(files)


def _file_of(name: str) -> str:
    return name.removesuffix(".json") + ".parquet"


def _one(shelf: Shelf, name: str, lake: Path, study: str) -> Manifest:
    try:
        sealed, data = shelf.get(name), shelf.get(_file_of(name))
    except KeyError as error:
        raise ParcelError(f"read a manifest whose file {error} is not there") from None
    if len(sealed) > MAX_MANIFEST_BYTES or len(data) > MAX_BYTES:
        raise ParcelError(f"read {len(data)} bytes, expected at most {MAX_BYTES}")
    manifest = unseal(sealed, data, study)
    if name != f"{INBOX}{manifest.home}/{manifest.day}.json":
        raise ParcelError(f"read {name}, expected the place of {manifest.home} on {manifest.day}")
    target = lake / f"day={manifest.day}" / f"{manifest.home}.parquet"
    target.parent.mkdir(exist_ok=True)
    part = target.with_suffix(".part")
    part.write_bytes(data)
    if found := problems(part, manifest.home, manifest.day):
        part.unlink()
        raise ParcelError("; ".join(found))
    part.replace(target)
    return manifest
