"""One export from beginning to end: estimated, written beside its name, gone on with when it was cut off."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

from appliance.export.dictionary import dictionary
from appliance.export.kinds import FLOWS, ExportError, Kind
from appliance.export.parquet_file import ParquetFile, write
from appliance.export.source import Source
from appliance.export.veil import Veil, fate
from appliance.store.flowlog import Key, Wanted, key_of

SAVE_ROWS: Final = 50_000
"""Rows between two notes of the place reached: what a cut may cost is written again in a second."""

PART: Final = ".part"
STATE: Final = ".part.json"
DICTIONARY: Final = ".dictionary.json"


class Order(NamedTuple):
    """What is to be exported, and where to."""

    kind: Kind
    form: Any  # one of appliance.export.EXPORTERS
    wanted: Wanted
    out: Path
    ids: bool = False  # parquet flows with uids and community ids; other forms always have them
    veil: Veil | None = None  # what hides the home; its key is kept nowhere, so such an export begins anew

    def fingerprint(self) -> list[Any]:
        """Return what makes two orders the same."""
        return [self.kind.name, self.form.NAME, *map(repr, self.wanted), self.ids, self.veil is not None]


class Done(NamedTuple):
    """What came of it."""

    rows: int
    size_bytes: int
    resumed: bool


def estimate_bytes(order: Order, rows: int) -> int:
    """Return about how large the file will be."""
    row: int = ParquetFile.IDS_ROW_BYTES if order.ids else order.form.ROW_BYTES
    return rows * row


def check_space(order: Order, rows: int) -> None:
    """Raise ExportError where the disk has no room for it."""
    need, free = estimate_bytes(order, rows), shutil.disk_usage(order.out.absolute().parent).free
    if need > free:
        raise ExportError(
            f"about {need // 1_000_000} MB are needed, {free // 1_000_000} MB are free beside {order.out}: "
            "free some space, choose another place, or a shorter time with --from and --to"
        )


def export(source: Source, order: Order, progress: Callable[[int], None] = lambda _: None) -> Done:
    """Write the export, and its data dictionary beside it. Raises ExportError, ArchiveError.

    The file takes its name when it is whole; until then FILE.part has what was written, and the same order
    goes on behind it.
    """
    part = order.out.with_name(order.out.name + PART)
    try:
        if order.form is ParquetFile:
            write(source, order.kind, order.wanted, part, ids=order.ids)
            rows, resumed = source.estimate(order.kind, order.wanted), False
            progress(rows)
        else:
            rows, resumed = _stream(source, order, part, progress)
        size = part.stat().st_size
        _write_dictionary(order, rows)
        part.replace(order.out)
        order.out.with_name(order.out.name + STATE).unlink(missing_ok=True)
    except OSError as error:
        raise ExportError(
            f"cannot write {order.out}: {error.strerror}; make room and run the same command again: "
            "it goes on where it stopped"
        ) from error
    return Done(rows, size, resumed)


def _stream(source: Source, order: Order, part: Path, progress: Callable[[int], None]) -> tuple[int, bool]:
    state = _state(order, part)
    rows: int = state["rows"]
    with part.open("r+b" if rows else "wb") as out:
        out.truncate(state["bytes"])
        out.seek(state["bytes"])
        form = order.form(order.kind, out, rows=rows)
        if not rows:
            form.begin()
        progress(rows)
        place: Key | int | None = (
            tuple(state["place"]) if isinstance(state["place"], list) else state["place"]
        )
        saved = rows
        for page in source.rows(order.kind, order.wanted, place):
            form.rows(page if order.veil is None else order.veil.rows(page))
            rows += len(page)
            place = _place(order.kind, page, rows)
            progress(len(page))
            if rows - saved >= SAVE_ROWS:
                _save(order, out, rows, place)
                saved = rows
        form.end()
        _durable(out)
    return rows, bool(state["rows"])


def _place(kind: Kind, page: Any, rows: int) -> Key | int:
    return key_of(page[-1]) if kind is FLOWS else rows


def _state(order: Order, part: Path) -> dict[str, Any]:
    """Return where an earlier try of the same order stopped; the beginning where there was none."""
    begin = {"rows": 0, "bytes": 0, "place": None}
    if order.veil is not None:
        return begin
    try:
        state = json.loads(order.out.with_name(order.out.name + STATE).read_text())
        if state["order"] == order.fingerprint() and part.stat().st_size >= state["bytes"]:
            return {name: state[name] for name in begin}
    except (OSError, ValueError, KeyError, TypeError):
        pass  # none, or not one that this release wrote: begin anew
    return begin


def _save(order: Order, out: BinaryIO, rows: int, place: Any) -> None:
    _durable(out)
    state = {"order": order.fingerprint(), "rows": rows, "bytes": out.tell(), "place": place}
    path = order.out.with_name(order.out.name + STATE)
    path.with_suffix(".new").write_text(json.dumps(state))
    path.with_suffix(".new").replace(path)


def _is_compact(order: Order) -> bool:
    return order.form is ParquetFile and order.kind is FLOWS and not order.ids


def _durable(out: BinaryIO) -> None:
    out.flush()
    os.fsync(out.fileno())


def _write_dictionary(order: Order, rows: int) -> None:
    said = dictionary(order.kind, order.form.NAME, compact=_is_compact(order)) | {
        "rows": rows,
        "from": order.wanted.since or None,
        "to": None if order.wanted.until == float("inf") else order.wanted.until,
        "devices": None if order.veil else list(order.wanted.devices) or None,
    }
    if order.veil is not None:
        said["pseudonyms"] = {column: fate(column) for column in order.kind.columns}
    text = json.dumps(said, indent=1, ensure_ascii=False) + "\n"
    order.out.with_name(order.out.name + DICTIONARY).write_text(text, encoding="utf-8")
