"""The files of a replay: checked first, then read in the order of their time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple

from appliance.cli.common import complain
from appliance.sources import SourceError, first_record_ts, is_record_file, read_records
from sensor.capture.btsnoop import first_ts as first_event_ts
from sensor.capture.btsnoop import is_btsnoop
from sensor.capture.file import CaptureError, first_ts
from sensor.offline import bluetooth_records, capture_records
from sensor.records import Record, Weird

CAPTURE, RECORDS, BLUETOOTH = "capture", "records", "bluetooth"
UNKNOWN_LINK: Final = "unknown_link_type"
"""The meter's name for a packet whose link type nobody knows."""


class Input(NamedTuple):
    """One file that can be read."""

    first_ts: float
    path: Path
    kind: str  # "capture", "records", "bluetooth"
    size_bytes: int


class Inputs:
    """Files in time order; what could not be read is complained of and counted in `failed`."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self.failed = 0
        self.files = sorted(found for path in paths if (found := self._look(path)) is not None)

    @property
    def size_bytes(self) -> int:
        """Return the size of all files as they lie on disk."""
        return sum(file.size_bytes for file in self.files)

    def records(self, progress: Callable[[int], object]) -> Iterator[Record]:
        """Yield all records; `progress` is told the bytes that were read, file by file."""
        for kind, group in groupby(self.files, key=lambda file: file.kind):
            files = list(group)
            if kind == CAPTURE:
                yield from self._captures([file.path for file in files], progress)
                continue
            read = self._record_file if kind == RECORDS else self._bluetooth
            for file in files:
                yield from read(file.path, progress)

    def _captures(self, paths: list[Path], progress: Callable[[int], object]) -> Iterator[Record]:
        """Yield the records of captures; packets of a link nobody knows are complained of once."""
        strange: set[str] = set()
        for record in capture_records(paths, self._fail, progress):
            if type(record) is Weird and record.name == UNKNOWN_LINK and record.detail not in strange:
                strange.add(record.detail)
                names = " or ".join(str(path) for path in paths[:3])
                self._fail(
                    f"{names}: {record.detail}; its packets are counted but not read: capture it as Ethernet"
                )
            yield record

    def _record_file(self, path: Path, progress: Callable[[int], object]) -> Iterator[Record]:
        done = 0

        def step(position: int) -> None:
            nonlocal done
            progress(position - done)
            done = position

        try:
            yield from read_records(path, step)
        except (SourceError, OSError) as error:
            self._fail(error)

    def _bluetooth(self, path: Path, progress: Callable[[int], object]) -> Iterator[Record]:
        try:
            yield from bluetooth_records(path, progress)
        except (CaptureError, OSError) as error:
            self._fail(error)

    def _look(self, path: Path) -> Input | None:
        try:
            if path.is_file() and is_btsnoop(path):
                return Input(first_event_ts(path), path, BLUETOOTH, path.stat().st_size)
            if path.is_file() and is_record_file(path):
                return Input(first_record_ts(path), path, RECORDS, path.stat().st_size)
            return Input(first_ts(path), path, CAPTURE, path.stat().st_size)
        except (CaptureError, SourceError, OSError) as error:
            self._fail(error)
            return None

    def _fail(self, error: Exception | str) -> None:
        self.failed += 1
        complain(error)
