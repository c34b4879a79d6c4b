"""One write, sync or open of the store fails: nothing acknowledged is lost, the next start is clean."""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Iterable
from pathlib import Path

from tests.faults.disk import acknowledged, load, shim
from tests.faults.load import is_sound, missing

CALLS = ("write", "sync", "open")
BATCHES = 15
ERRORS = (errno.EIO, errno.ENOSPC)


def run(numbers: Iterable[int]) -> dict[str, int]:
    """Fail the n-th call of each sort, for each n; return the figures."""
    figures = {"runs": 0, "failed_with_a_sentence": 0, "deaths": 0, "corrupt": 0, "rows_lost": 0, "stuck": 0}
    with tempfile.TemporaryDirectory() as folder:
        library = shim(Path(folder))
        for number in numbers:
            for call in CALLS:
                _one(Path(folder), library, call, number, figures)
    return figures


def _one(folder: Path, library: Path, call: str, number: int, figures: dict[str, int]) -> None:
    with tempfile.TemporaryDirectory(dir=folder) as place:
        store = Path(place) / "home.db"
        code, said = load(store, BATCHES, library, call=call, at=number, errno=ERRORS[number % 2])
        figures["runs"] += 1
        figures["failed_with_a_sentence"] += code == 1
        figures["deaths"] += code not in (0, 1) or "Traceback" in said
        figures["stuck"] += load(store, 1)[0] != 0
        figures["corrupt"] += not is_sound(store)
        figures["rows_lost"] += missing(store, acknowledged(store))
