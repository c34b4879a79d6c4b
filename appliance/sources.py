"""Record lines as a source: files of JSON lines that `tattlebox dissect` or a simulated household wrote."""

from __future__ import annotations

import gzip
import heapq
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO, Final

from sensor.records import FlowRecord, HttpRequest, Record, RecordError, TlsClientHello, from_json

GZIP_MAGIC: Final = b"\x1f\x8b"
MAX_LINE_BYTES: Final = 1_000_000
"""Longest line read: the longest true record (64 items of 255 characters, escaped) is a tenth of it."""

HEAD: Final = 5_000
"""Records looked at to learn in which order a file is; some hours of a home."""

MAX_HELD: Final = 65_536
"""Flows held back until what was read of them has come; the one that ends first goes when there are more."""


class SourceError(ValueError):
    """A file that cannot be read as records: what was read, what was expected, what to do."""


def is_record_file(path: Path) -> bool:
    """Return whether the file, gzip or not, begins like a JSON object. Raises OSError."""
    with path.open("rb") as raw, _unpacked(raw) as stream:
        try:
            return stream.read(64).lstrip()[:1] == b"{"
        except (EOFError, gzip.BadGzipFile):
            return False


def first_record_ts(path: Path) -> float:
    """Return the time of a record file's first record. Raises SourceError, OSError."""
    with closing(read_records(path)) as records:
        return next(records).ts


def read_records(
    path: Path, progress: Callable[[int], None] = lambda _: None
) -> Generator[Record, None, None]:
    """Yield the records of a file in its order; `progress` is told the bytes read of it so far.

    Raises SourceError, naming the line, where something else stands; records before it have been yielded.
    """
    empty = True
    with path.open("rb") as raw, _unpacked(raw) as stream:
        for number, line in enumerate(_lines(stream, path), 1):
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
