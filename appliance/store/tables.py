"""How record types lie in tables: one column a field, lists and mappings as JSON text.

SQL is built here from field names alone, never from data; a test compares the columns with the migrations.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final, Generic, NamedTuple, TypeVar

from appliance.alerts.alert import Alert
from appliance.behaviour.facts import Change, Sighting, Update
from appliance.declared.document import Claim, Document
from appliance.devices.device import DeviceRecord, Evidence
from appliance.findings.finding import Finding
from appliance.flowrow import FlowRow
from appliance.parties.party import PartyRecord
from sensor.records import Loss, Weird

T = TypeVar("T", bound=NamedTuple)
Row = tuple[Any, ...]

to_text: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


class Table(Generic[T]):
    """One table and its record type: the statements, and rows both ways."""

    def __init__(
        self, name: str, record_type: type[T], *, nullable: str = "", numbered: bool = False
    ) -> None:
        """`nullable` names a key column whose None is stored as "" (a primary key knows no NULL).

        `numbered` tables have a last column `seq` that is no field: the number of the record a row came from.
        """
        self.name = name
        self.numbered = numbered
        self.record_type = record_type
        columns = ", ".join(f'"{field}"' for field in record_type._fields)
        marks = ", ".join("?" * len(record_type._fields))
        seq, mark = (', "seq"', ", ?") if numbered else ("", "")
        self.insert = f"INSERT OR REPLACE INTO {name} ({columns}{seq}) VALUES ({marks}{mark})"  # noqa: S608
        self.select = f"SELECT {columns} FROM {name}"  # noqa: S608 - names only
        kinds = [_kind(annotation) for annotation in record_type.__annotations__.values()]
        self._encoded = [n for n, kind in enumerate(kinds) if kind in ("tuple", "dict")]
        decoders: dict[str, Callable[[Any], Any]] = {"tuple": _decode_tuple, "dict": json.loads, "bool": bool}
        self._decoders = [(n, decoders[kind]) for n, kind in enumerate(kinds) if kind in decoders]
        self._nullable = record_type._fields.index(nullable) if nullable else -1

    def row(self, record: T) -> Row:
        """Return the record as a row of SQLite values."""
        if not self._encoded and self._nullable < 0:
            return record
        values = list(record)
        for n in self._encoded:
            values[n] = to_text(values[n])
        if self._nullable >= 0:
            values[self._nullable] = values[self._nullable] or ""
        return tuple(values)

    def record(self, row: Row) -> T:
        """Return the record of a row that `select` gave."""
        values = list(row)
        for n, decode in self._decoders:
            if values[n] is not None:
                values[n] = decode(values[n])
        if self._nullable >= 0:
            values[self._nullable] = values[self._nullable] or None
        return self.record_type._make(values)


def _kind(annotation: Any) -> str:
    """Return the outermost type name of an annotation: "tuple" of "tuple[str, ...] | None"."""
    text: str = getattr(annotation, "__forward_arg__", str(annotation))
    return text.partition("[")[0].partition(" ")[0]


def _decode_tuple(text: str) -> tuple[Any, ...]:
    return tuple(tuple(item) if isinstance(item, list) else item for item in json.loads(text))


class _DeviceTable(Table[DeviceRecord]):
    """Devices carry evidence, which is a record of its own."""

    def record(self, row: Row) -> DeviceRecord:
        device = super().record(row)
        return device._replace(evidence=tuple(Evidence._make(item) for item in device.evidence))


DEVICE: Final = _DeviceTable("device", DeviceRecord)
PARTY: Final = Table("party", PartyRecord)
SIGHTING: Final = Table("sighting", Sighting)
UPDATE: Final = Table("software_update", Update)
CHANGE: Final = Table("change", Change)
FINDING: Final = Table("finding", Finding, nullable="domain")
ALERT: Final = Table("alert", Alert)
FLOW: Final = Table("flow", FlowRow, numbered=True)
EVIDENCE_FLOW: Final = Table("evidence_flow", FlowRow)
WEIRD: Final = Table("weird", Weird)
LOSS: Final = Table("loss", Loss, numbered=True)
DOCUMENT: Final = Table("document", Document)
CLAIM: Final = Table("claim", Claim)
TABLES: Final[tuple[Table[Any], ...]] = (
    DEVICE,
    PARTY,
    SIGHTING,
    UPDATE,
    CHANGE,
    FINDING,
    ALERT,
    FLOW,
    EVIDENCE_FLOW,
    WEIRD,
    LOSS,
    DOCUMENT,
    CLAIM,
)
