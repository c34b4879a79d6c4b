"""Flows wherever they lie: one reader for the store and its archive."""

from __future__ import annotations

import heapq
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Self

from appliance.archive.folder import folder_of, locked
from appliance.flowrow import FlowRow
from appliance.store import catalogue
from appliance.store.catalogue import ArchiveFile
from appliance.store.database import open_for_reading
from appliance.store.flowlog import PAGE, TICKS, Key, Wanted, count, flows, key_of, lines

if TYPE_CHECKING:
    from appliance.archive.parquet import Engine


class Span:
    """A store and its archive, open for reading; the archive changes nothing while this is open."""

    def __init__(self, store: Path) -> None:
        """Open them. Raises StoreError, ArchiveError while the archive is at work."""
        self.folder = folder_of(store)
        self._stack = ExitStack()
        self.db: sqlite3.Connection = open_for_reading(store)
        self._stack.callback(self.db.close)
        try:
            self._files = catalogue.files(self.db)
            if self._files:
                self._stack.enter_context(locked(self.folder, alone=False))
                self._files = catalogue.files(self.db)
        except BaseException:
            self._stack.close()
            raise
        self._engine: Engine | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close both."""
        self._stack.close()

    def files(self, wanted: Wanted) -> list[Path]:
        """Return the archived files that may hold wanted flows, the oldest first."""
        return [self.folder / file.name for file in self._files if _may_hold(file, wanted)]

    def count(self, wanted: Wanted) -> int:
        """Return how many flows are wanted, in both. Raises ArchiveError."""
        files = self.files(wanted)
        return count(self.db, wanted) + (self.engine.count(files, wanted) if files else 0)

    def flows(self, wanted: Wanted, after: Key | None = None) -> Iterator[list[FlowRow]]:
        """Yield the wanted flows behind a key, by key, in pages. Raises ArchiveError."""
        if after is not None:
            wanted = wanted._replace(since=max(wanted.since, (after[0] - 1) / TICKS))
        edge = wanted.since
        for group in _groups([file for file in self._files if _may_hold(file, wanted)]):
            begin, end = max(edge, group[0].first_ts), max(file.last_ts for file in group) + 1 / TICKS
            yield from flows(self.db, wanted._replace(since=edge, until=min(begin, wanted.until)), after)
            within = wanted._replace(since=begin, until=min(end, wanted.until))
            parts = [self.engine.flows(self.folder / file.name, within, after) for file in group]
            yield from _merged([*parts, flows(self.db, within, after)])
            edge = max(edge, end)
        if edge < wanted.until:
            yield from flows(self.db, wanted._replace(since=edge), after)

    def lines(self, wanted: Wanted, columns: Sequence[str] = FlowRow._fields) -> Iterator[bytes]:
        """Yield the wanted flows of the store alone as text (see `flowlog.lines`)."""
        return lines(self.db, wanted, columns)

    @property
    def engine(self) -> Engine:
        """What reads Parquet; loaded when it is first needed."""
        if self._engine is None:
            from appliance.archive.parquet import Engine  # noqa: PLC0415 - duckdb takes 40 MB

            self._engine = Engine(self.folder if self.folder.exists() else self.folder.parent)
            self._stack.callback(self._engine.close)
        return self._engine


def _may_hold(file: ArchiveFile, wanted: Wanted) -> bool:
    return file.last_ts >= wanted.since - 1 / TICKS and file.first_ts < wanted.until


def _groups(files: list[ArchiveFile]) -> list[list[ArchiveFile]]:
    """Return the files in the order of time, those whose times overlap together."""
    groups: list[list[ArchiveFile]] = []
    for file in sorted(files, key=lambda file: file.first_ts):
        if groups and file.first_ts <= max(other.last_ts for other in groups[-1]):
            groups[-1].append(file)
        else:
            groups.append([file])
    return groups


def _merged(streams: list[Iterator[list[FlowRow]]]) -> Iterator[list[FlowRow]]:
    merged = heapq.merge(*map(chain.from_iterable, streams), key=key_of)
    while page := list(islice(merged, PAGE)):
        yield page
