"""The files of a replay: checked first, then read in the order of their time."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple

from appliance.cli.common import complain
from appliance.sources import (
    SourceError,
    as_emitted,
    is_record_file,
    merged,
    order_of,
    read_records,
    read_sorted,
)
from sensor.capture.btsnoop import first_ts as first_event_ts
from sensor.capture.btsnoop import is_btsnoop
from sensor.capture.file import CaptureError, first_ts, refusal
from sensor.offline import bluetooth_records, capture_records
from sensor.records import Loss, Record, Weird

CAPTURE, RECORDS, BLUETOOTH = "capture", "records", "bluetooth"
TROUBLES: Final = {
    "unknown_link_type": "its packets are counted but not read: capture it as Ethernet",
    "truncated_file": "expected whole packets to its end; those before it are kept: fetch the file again",
    "corrupt_file": "what could be found of it is kept: fetch the file again",
}
"""What the meter says of a file, not of the network (names of Weird, kinds of Loss), and what to do."""


class Input(NamedTuple):
    """One file that can be read."""

    first_ts: float
    path: Path
    kind: str  # "capture", "records", "bluetooth"
    size_bytes: int
    in_order: bool = True  # of record lines: they are in the order of time


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
            if kind == RECORDS:
                yield from merged([(file.first_ts, self._record_file(file, progress)) for file in files])
                continue
            for file in files:
                yield from self._bluetooth(file.path, progress)

    def _captures(self, paths: list[Path], progress: Callable[[int], object]) -> Iterator[Record]:
        """Yield the records of captures; of each file one trouble of a kind is complained of."""
        opened: list[Path] = []
        told: set[tuple[Path, str]] = set()

        def one_by_one() -> Iterator[Path]:
            for path in paths:
                opened.append(path)
                yield path

        for record in capture_records(one_by_one(), self._fail, progress):
            if isinstance(record, Weird | Loss):
                trouble = record.name if isinstance(record, Weird) else record.kind
                if trouble in TROUBLES and (opened[-1], trouble) not in told:
                    told.add((opened[-1], trouble))
                    self._fail(f"{opened[-1]}: {record.detail}; {TROUBLES[trouble]}")
            yield record

    def _record_file(self, file: Input, progress: Callable[[int], object]) -> Iterator[Record]:
        path, done = file.path, 0

        def step(position: int) -> None:
            nonlocal done
            progress(position - done)
            done = position

        try:
            yield from as_emitted((read_records if file.in_order else read_sorted)(path, step))
        except SourceError as error:
            self._fail(error)
        except OSError as error:
            self._fail(refusal(path, error))

    def _bluetooth(self, path: Path, progress: Callable[[int], object]) -> Iterator[Record]:
        try:
            yield from bluetooth_records(path, progress)
        except CaptureError as error:
            self._fail(error)
        except OSError as error:
            self._fail(refusal(path, error))

    def _look(self, path: Path) -> Input | None:
        try:
            mode = path.stat().st_mode
            if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                self._fail(
                    f"{path} is a pipe or a device, expected a file, which is read twice: save it first"
                )
                return None
            if stat.S_ISREG(mode) and is_btsnoop(path):
                return Input(first_event_ts(path), path, BLUETOOTH, path.stat().st_size)
            if stat.S_ISREG(mode) and is_record_file(path):
                order = order_of(path)
                return Input(order.first_ts, path, RECORDS, path.stat().st_size, order.kept)
            return Input(first_ts(path), path, CAPTURE, path.stat().st_size)
        except (CaptureError, SourceError) as error:
            self._fail(error)
        except OSError as error:
            self._fail(refusal(path, error))
        return None

    def _fail(self, error: Exception | str) -> None:
        self.failed += 1
        complain(error)
