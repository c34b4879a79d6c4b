"""A family's labels as a file, and as a contribution that tells nothing of the home. Does no I/O."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from appliance.devices.device import DeviceRecord
from appliance.devices.identity import is_device_mac, is_random_mac
from appliance.devices.state import LABEL_FIELDS, SUPPORT

COLUMNS: Final = ("device", "macs", *LABEL_FIELDS)
_NEEDED: Final = frozenset(COLUMNS) - {SUPPORT}  # files of the first release have no such column
MAX_ROWS: Final = 1_024
"""Devices in one file: as many as a home can have (room.MAX_DEVICES)."""

_MAX_CELL: Final = 4_096  # 64 MACs of 17 characters, or any label, fit four times
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_OUI_LENGTH: Final = 8  # "98:9e:80": the maker's half, the rest is the specimen's
_CONTRIBUTED: Final = ("vendor", "category", "model")


class LabelFileError(ValueError):
    """A label file that cannot be used: what was read, what was expected."""


class Label(NamedTuple):
    """What a label file says of one device."""

    device: str
    macs: tuple[str, ...]
    fields: tuple[tuple[str, str], ...]  # (name, vendor, category or model; the word)


def label_rows(devices: Iterable[DeviceRecord]) -> list[dict[str, Any]]:
    """Return one row for each device the family has labelled."""
    rows = []
    for device in devices:
        said = _said(device)
        if said:
            rows.append({"device": device.device, "macs": list(device.macs), **said})
    return rows


def contribution(devices: Iterable[DeviceRecord]) -> list[dict[str, Any]]:
    """Return what may be given away: the maker's half of real MACs, vendor, category and model.

    No name, host name, address or time; sorted, each row once, so that neither order nor number tells.
    """
    rows = []
    for device in devices:
        said = {field: word for field, word in _said(device).items() if field in _CONTRIBUTED}
        ouis = sorted({mac[:_OUI_LENGTH] for mac in device.macs if not is_random_mac(mac)})
        row = {"macs": ouis, **said}
        if said and row not in rows:
            rows.append(row)
    return sorted(rows, key=lambda row: json.dumps(row, sort_keys=True))


def to_csv(rows: Iterable[dict[str, Any]]) -> str:
    """Return rows as a table for any spreadsheet; a cell that it would compute begins with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        cells = [
            row.get("device", ""),
            " ".join(row["macs"]),
            *(row.get(field, "") for field in LABEL_FIELDS),
        ]
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells])
    return out.getvalue()


def parse_labels(data: bytes) -> list[Label]:
    """Return the labels of a file that `label_rows` and `to_csv` (or JSON) wrote. Raises LabelFileError."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LabelFileError(f"read bytes that are no UTF-8 text at {error.start}; export it anew") from error
    rows = _json_rows(text) if text.lstrip().startswith("[") else _csv_rows(text)
    if len(rows) > MAX_ROWS:
        raise LabelFileError(f"read {len(rows)} rows, expected at most {MAX_ROWS}")
    return [_label(number, row) for number, row in enumerate(rows, 1)]


def _said(device: DeviceRecord) -> dict[str, str]:
    return {item.field: item.value for item in device.evidence if item.source == "parent"}


def _json_rows(text: str) -> list[Any]:
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise LabelFileError(f"read text that is no JSON ({error}); export it anew") from error
    return list(rows)


def _csv_rows(text: str) -> list[Any]:
    try:
        reader = csv.DictReader(io.StringIO(text), strict=True)
        missing = _NEEDED - set(reader.fieldnames or ())
        if missing:
            raise LabelFileError(
                f"read no column {', '.join(sorted(missing))}; expected {', '.join(COLUMNS)}"
            )
        return [{**row, "macs": (row["macs"] or "").split()} for row in reader]
    except csv.Error as error:
        raise LabelFileError(
            f"read a line that is no table row ({error}); expected commas between cells"
        ) from error


def _label(number: int, row: Any) -> Label:
    if not isinstance(row, dict) or not isinstance(row.get("macs", []), list):
        raise LabelFileError(f"read row {number}, expected a device with its macs and labels")
    macs = tuple(str(mac).casefold() for mac in row.get("macs", []))
    fields = tuple((field, _cell(number, row[field])) for field in LABEL_FIELDS if row.get(field))
    device = str(row.get("device") or "")
    if not device or not all(map(is_device_mac, macs)):
        raise LabelFileError(f"read row {number} without a device or with something that is no MAC")
    return Label(device, macs, fields)


def _cell(number: int, value: object) -> str:
    if not isinstance(value, str) or len(value) > _MAX_CELL:
        raise LabelFileError(
            f"read a label in row {number} that is no text of at most {_MAX_CELL} characters"
        )
    quoted: Sequence[str] = tuple(f"'{mark}" for mark in _FORMULA)
    return value[1:] if value.startswith(tuple(quoted)) else value
