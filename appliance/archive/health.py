"""How the archive is, in a sentence for the health page: files, space, and what the card has to bear."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Final

from appliance.archive.folder import folder_of
from appliance.archive.limits import MB, limits_of
from appliance.store import catalogue, pruning
from appliance.store.database import StoreError, open_for_reading

WEAR_BYTES: Final = 200_000_000
"""Bytes a day that a card should bear for years: 73 GB a year, a few times its size."""

USUAL_DAYS: Final = 7
"""Days whose mean is judged: one busy day wears nothing out."""


def health(store: Path) -> tuple[str, str]:
    """Return the state ("ok", "note", "bad") and what to know."""
    if not store.exists():
        return "note", "nothing to archive yet"
    try:
        with closing(open_for_reading(store)) as db:
            files, limits = catalogue.files(db), limits_of(db)
            taken = pruning.size_bytes(db) + sum(file.size_bytes for file in files)
            written = catalogue.written(db, USUAL_DAYS)
    except StoreError as error:
        return "bad", str(error)
    missing = [file.name for file in files if not (folder_of(store) / file.name).exists()]
    if missing:
        return "bad", f"{len(missing)} archived files are gone, the first is {missing[0]}: restore a backup"
    text = f"{taken // MB} of {limits.budget_bytes // MB} MB used, {len(files)} archived files"
    if not written:
        return "note", f"{text}; bytes written a day were not measured yet: enable tattlebox-archive.timer"
    mean = sum(count for _, count in written) // len(written)
    text += f"; {mean // MB} MB a day written to the disk"
    return ("note", f"{text}: more than a card bears for years") if mean > WEAR_BYTES else ("ok", text)
