"""JSON lines: the fields of the records, as docs/records.md has them. Writes only to the file it is given."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import BinaryIO, Final

from appliance.export.kinds import KINDS, Kind, Row

_encode: Final = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


class JsonLines:
    """One object a line."""

    NAME = "jsonl"
    SUFFIX = ".jsonl"
    KINDS = KINDS
    ROW_BYTES = 700

    def __init__(self, kind: Kind, out: BinaryIO, *, rows: int = 0) -> None:
        self._kind, self._out = kind, out
        del rows

    def begin(self) -> None:
        """Nothing stands before the rows."""

    def rows(self, rows: Sequence[Row]) -> None:
        """Write rows."""
        columns = self._kind.columns
        lines = []
        for row in rows:
            fields = dict(zip(columns, row, strict=True))
            if "evidence" in fields and self._kind.name == "devices":
                fields["evidence"] = [item._asdict() for item in fields["evidence"]]
            lines.append(_encode(fields) + "\n")
        self._out.write("".join(lines).encode("ascii"))

    def end(self) -> None:
        """Nothing stands after the rows."""
