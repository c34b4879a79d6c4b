"""Record lines as a source: files of JSON lines that `tattlebox dissect` or a simulated household wrote."""

from __future__ import annotations

import gzip
import heapq
import re
from array import array
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from sensor.records import FlowRecord, HttpRequest, Record, RecordError, TlsClientHello, from_json

GZIP_MAGIC: Final = b"\x1f\x8b"
MAX_LINE_BYTES: Final = 1_000_000
"""Longest line read: the longest true record (64 items of 255 characters, escaped) is a tenth of it."""

HEAD: Final = 5_000
"""Records looked at to learn in which order a file is; some hours of a home."""

MAX_HELD: Final = 65_536
"""Flows held back until what was read of them has come; the one that ends first goes when there are more."""


DISORDER_S: Final = 3_600.0
DISORDER: Final = 0.05
"""A file of whose lines so large a share is told so long after later ones is not in the order of time. A few
are: a gateway's clock that was behind until it heard the time, lines of two devices."""

MAX_SORTED: Final = 4_000_000
"""Lines that are put in order: their places take 200 MB."""

_TS: Final = re.compile(rb'"ts"\s*:\s*"?(-?[\d.]+(?:[eE][+-]?\d+)?)')


class SourceError(ValueError):
    """A file that cannot be read as records: what was read, what was expected, what to do."""


def is_record_file(path: Path) -> bool:
    """Return whether the file, gzip or not, begins like a JSON object. Raises OSError."""
    with path.open("rb") as raw, _unpacked(raw) as stream:
        try:
            return stream.read(64).lstrip()[:1] == b"{"
        except (EOFError, gzip.BadGzipFile):
            return False


class Order(NamedTuple):
    """In which order the lines of a file are."""

    first_ts: float  # the earliest time
    kept: bool  # they are in the order of time, nearly


def order_of(path: Path) -> Order:
    """Return the order of a record file, whose first record must be one. Raises SourceError, OSError."""
    with closing(read_records(path)) as records:
        first = latest = next(records).ts
    lines = late = 0
    with path.open("rb") as raw, _unpacked(raw) as stream:
        for _, ts in _times(stream, path):
            lines += 1
            late += ts < latest - DISORDER_S
            first, latest = min(first, ts), max(latest, ts)
    return Order(first, late <= DISORDER * lines)


def _times(stream: BinaryIO, path: Path) -> Iterator[tuple[int, float]]:
    """Yield the place and the time of each line that has one."""
    place = 0
    for line in _lines(stream, path):
        found = _TS.search(line)
        if found is not None:
            with suppress(ValueError):  # "1.2.3": from_json says so when its turn comes
                yield place, float(found[1])
        place += len(line)


def read_records(
    path: Path, progress: Callable[[int], None] = lambda _: None
) -> Generator[Record, None, None]:
    """Yield the records of a file in its order; `progress` is told the bytes read of it so far.

    Raises SourceError, naming the line, where something else stands; records before it have been yielded.
    """
    yield from _read(path, _lines, progress)


def read_sorted(
    path: Path, progress: Callable[[int], None] = lambda _: None
) -> Generator[Record, None, None]:
    """Yield the records of a file in the order of their time, whatever order they are in.

    Raises SourceError as `read_records` (the line by its turn), and where the file is packed or too long.
    """
    yield from _read(path, _sorted_lines, progress)


def _sorted_lines(stream: BinaryIO, path: Path) -> Iterator[bytes]:
    if isinstance(stream, gzip.GzipFile):
        raise SourceError(f"{path} is not in the order of time: unpack it, so that it can be put in order")
    places, times = array("q"), array("d")
    for place, ts in _times(stream, path):
        if len(places) >= MAX_SORTED:
            most = f"more than {MAX_SORTED:,} lines"
            raise SourceError(f"{path} is not in the order of time and has {most}: sort it by ts first")
        places.append(place)
        times.append(ts)
    for number in sorted(range(len(times)), key=times.__getitem__):
        stream.seek(places[number])
        yield stream.readline(MAX_LINE_BYTES)


def _read(
    path: Path, lines: Callable[[BinaryIO, Path], Iterator[bytes]], progress: Callable[[int], None]
) -> Generator[Record, None, None]:
    empty = True
    with path.open("rb") as raw, _unpacked(raw) as stream:
        for number, line in enumerate(lines(stream, path), 1):
            if number % 1000 == 0:
                progress(raw.tell())
            if not line.strip():
                continue
            try:
                record = from_json(line)
            except RecordError as error:
                raise SourceError(f"{path}, line {number}: {error}") from error
            empty = False
            yield record
    if empty:
        raise SourceError(f"{path} holds no records; expected JSON lines as `tattlebox dissect` writes them")


def merged(files: Sequence[tuple[float, Iterable[Record]]]) -> Iterator[Record]:
    """Yield the records of files, each with its earliest time, that may overlap: each file in its own order.

    A flow has its turn when it ends, since what was read of it may be in another file.
    """
    waiting = sorted(enumerate(files), key=lambda it: (it[1][0], it[0]), reverse=True)
    heads: list[tuple[float, int, Record, Iterator[Record]]] = []
    while waiting or heads:
        while waiting and (not heads or waiting[-1][1][0] <= heads[0][0]):
            number, (first_ts, records) = waiting.pop()
            _wait(heads, first_ts, number, iter(records))
        if heads:
            turn, number, record, records = heapq.heappop(heads)
            yield record
            _wait(heads, turn, number, records)


def _wait(
    heads: list[tuple[float, int, Record, Iterator[Record]]],
    turn: float,
    number: int,
    records: Iterator[Record],
) -> None:
    record = next(records, None)
    if record is not None:
        ends = record.ts + record.duration_s if type(record) is FlowRecord else record.ts
        heapq.heappush(heads, (max(turn, ends), number, record, records))


def as_emitted(records: Iterator[Record]) -> Iterator[Record]:
    """Yield records in the order in which a sensor tells them: a flow behind what was read of it.

    A file of another program may be sorted by `ts`, in which a flow has the time of its begin. One that tells
    a handshake or request behind the flow it is from is put right: its flows wait for their ends to pass.
    """
    head = list(islice(records, HEAD))
    rest = chain(head, records)
    return _by_end(rest) if _tells_flows_first(head) else rest


def _tells_flows_first(records: list[Record]) -> bool:
    told: set[str] = set()
    for record in records:
        if type(record) is FlowRecord:
            told.add(record.uid)
        elif isinstance(record, TlsClientHello | HttpRequest) and record.uid in told:
            return True
    return False


def _by_end(records: Iterator[Record]) -> Iterator[Record]:
    held: list[tuple[float, int, FlowRecord]] = []
    for number, record in enumerate(records):
        while held and (held[0][0] < record.ts or len(held) > MAX_HELD):
            yield heapq.heappop(held)[2]
        if type(record) is FlowRecord:
            heapq.heappush(held, (record.ts + record.duration_s, number, record))
        else:
            yield record
    while held:
        yield heapq.heappop(held)[2]


def _lines(stream: BinaryIO, path: Path) -> Iterator[bytes]:
    try:
        while line := stream.readline(MAX_LINE_BYTES):
            yield line
    except (EOFError, gzip.BadGzipFile) as error:
        raise SourceError(f"{path} is cut short or damaged ({error}): fetch or make it again") from error


def _unpacked(raw: BinaryIO) -> BinaryIO:
    magic = raw.read(2)
    raw.seek(0)
    return gzip.GzipFile(fileobj=raw) if magic == GZIP_MAGIC else raw  # type: ignore[return-value]
