"""Rows to export, from the store and its archive, a page at a time: memory does not grow with the export."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final, Self

from appliance.archive.span import Span
from appliance.export.kinds import CHANGES, DEVICES, FLOWS, PARTIES, Kind, Row
from appliance.store import packlog
from appliance.store.catalogue import also_known_as
from appliance.store.flowlog import Key, Wanted
from appliance.store.reader import Reader
from sensor.records import TYPES

MOST: Final = 10_000_000
"""Changes of one export: a home has some hundred a year."""

PAGE_ROWS: Final = 5_000
"""Rows of one page: some megabytes."""

_NAMES: Final = {record_type: name for name, record_type in TYPES.items()}


class Source:
    """An open store, with its archive."""

    def __init__(self, store: Path) -> None:
        """Open both. Raises StoreError, ArchiveError."""
        self.reader = Reader(store)
        try:
            self.span = Span(store)
        except BaseException:
            self.reader.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.span.close()
        self.reader.close()

    def ids(self, device: str) -> tuple[str, ...]:
        """Return every id under which a device's flows may lie: its own, and those merged into it."""
        return tuple(sorted(also_known_as(self.span.db, [device])))

    def estimate(self, kind: Kind, wanted: Wanted) -> int:
        """Return about how many rows an export has; exact for flows."""
        if kind is FLOWS:
            return self.span.count(wanted)
        return sum(1 for _ in self._small(kind, wanted))

    def rows(self, kind: Kind, wanted: Wanted, after: Key | int | None = None) -> Iterator[Sequence[Row]]:
        """Yield the rows behind a place: a flow's key, or a number of rows for the other kinds."""
        if kind is FLOWS:
            yield from self.span.flows(wanted, after if isinstance(after, tuple) else None)
            return
        start = after if isinstance(after, int) else 0
        for number, page in enumerate(batched_rows(self._small(kind, wanted))):
            begin = number * PAGE_ROWS
            if begin + len(page) > start:
                yield page[max(0, start - begin) :]

    def _small(self, kind: Kind, wanted: Wanted) -> Iterator[Row]:
        if kind in (DEVICES, PARTIES, CHANGES):
            yield from (tuple(record) for record in self._records(kind, wanted))
            return
        for page in packlog.observations(self.span.db, wanted, kind.types):
            ids = self._community_ids(page) if "community_id" in kind.columns else {}
            for device, record in page:
                known = record._asdict() | {"device": device, "type": _NAMES[type(record)]}
                known["community_id"] = ids.get(known.get("uid", ""))
                yield tuple(known.get(column) for column in kind.columns)

    def _records(self, kind: Kind, wanted: Wanted) -> list[Any]:
        if kind is CHANGES:
            found: list[Any] = list(self.reader.changes(None, wanted.since, MOST))[::-1]
            return [c for c in found if c.ts < wanted.until and _of(c.device, wanted)]
        found = list(self.reader.devices() if kind is DEVICES else self.reader.parties())
        return [
            record
            for record in found
            if record.last_ts >= wanted.since
            and record.first_ts < wanted.until
            and _of(record.device, wanted)
        ]

    def _community_ids(self, page: list[tuple[str | None, Any]]) -> dict[str, str]:
        times = [record.ts for _, record in page]
        uids = {record.uid for _, record in page}
        found = packlog.community_ids(self.span.db, min(times), max(times), uids)
        if len(found) < len(uids):
            wanted = Wanted(min(times) - packlog.LOOK_S, max(times) + packlog.LOOK_S)
            files = self.span.files(wanted)
            found |= self.span.engine.community_ids(files, wanted, uids - set(found)) if files else {}
        return found


def batched_rows(rows: Iterator[Row]) -> Iterator[list[Row]]:
    """Yield the rows in pages."""
    while page := list(islice(rows, PAGE_ROWS)):
        yield page


def _of(device: str, wanted: Wanted) -> bool:
    return not wanted.devices or device in wanted.devices
