"""CSV (RFC 4180), safe to open in a spreadsheet. Writes only to the file it is given."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any, BinaryIO, Final

from appliance.export.kinds import KINDS, Kind, Row

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""First characters that make a spreadsheet calculate; such text gets an apostrophe before it."""


class CsvTable:
    """A header line, then a line a row. Lists and mappings are JSON in their cell; None is an empty cell."""

    NAME = "csv"
    SUFFIX = ".csv"
    KINDS = KINDS
    ROW_BYTES = 260

    def __init__(self, kind: Kind, out: BinaryIO, *, rows: int = 0) -> None:
        self._kind, self._out = kind, out
        del rows  # nothing in the file depends on how many there are

    def begin(self) -> None:
        """Write what stands before the rows."""
        self._write([self._kind.columns])

    def rows(self, rows: Sequence[Row]) -> None:
        """Write rows."""
        self._write([[cell(value) for value in row] for row in rows])

    def end(self) -> None:
        """Nothing stands after the rows."""

    def _write(self, lines: list[Any]) -> None:
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\r\n").writerows(lines)
        self._out.write(text.getvalue().encode(errors="backslashreplace"))


def cell(value: Any) -> Any:
    """Return a value as it stands in a cell."""
    if value is None or isinstance(value, int | float):
        return str(value).lower() if isinstance(value, bool) else value
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return "'" + value if value.startswith(FORMULA) else value
