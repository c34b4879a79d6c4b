"""Parquet (zstd) through duckdb: flows straight from the store's text and the archive's files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from appliance.archive.compact import COMPACT, WITH_IDS
from appliance.export.kinds import FLOWS, KINDS, Kind
from appliance.store.flowlog import Wanted

if TYPE_CHECKING:  # the command's help needs no duckdb
    from appliance.export.source import Source

_TYPES: Final = {
    "str": "VARCHAR",
    "int": "BIGINT",
    "float": "DOUBLE",
    "bool": "BOOLEAN",
    "tuple[str, ...]": "VARCHAR[]",
    "tuple[int, ...]": "BIGINT[]",
}


class ParquetFile:
    """Parquet has its index at the end: a file is written in one go, and an interrupted one starts again."""

    NAME = "parquet"
    SUFFIX = ".parquet"
    KINDS = KINDS
    ROW_BYTES = 16
    IDS_ROW_BYTES = 52


def write(source: Source, kind: Kind, wanted: Wanted, part: Path, *, ids: bool = False) -> None:
    """Write an export to `part`. Raises ArchiveError."""
    engine = source.span.engine
    if kind is FLOWS:
        files = source.span.files(wanted)
        if ids:
            fresh = source.span.lines(wanted, WITH_IDS)
            engine.write_with_ids(chain(engine.lines(files, wanted), fresh), part)
        else:
            engine.write_compact(source.span.lines(wanted, COMPACT), files, wanted, part)
    else:
        types = {column: _type(kind, column) for column in kind.columns}
        engine.write_objects(_objects(source, kind, wanted, types), types, part)


def _objects(source: Source, kind: Kind, wanted: Wanted, types: dict[str, str]) -> Iterator[bytes]:
    for page in source.rows(kind, wanted):
        rows = (zip(types.items(), row, strict=True) for row in page)
        objects = ({name: _value(value, of) for (name, of), value in row} for row in rows)
        yield "".join(json.dumps(fields) + "\n" for fields in objects).encode()


def _value(value: Any, of: str) -> Any:
    """Return a value for its column; what has no plain type of its own is JSON text."""
    return json.dumps(value) if of == "JSON" and value is not None else value


def _type(kind: Kind, column: str) -> str:
    for record_type in kind.types:
        annotation = record_type.__annotations__.get(column)
        if annotation is not None:
            text: str = getattr(annotation, "__forward_arg__", str(annotation))
            return _TYPES.get(text.removesuffix(" | None"), "JSON")
    return "VARCHAR"
