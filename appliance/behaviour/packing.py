"""The state of a device as plain JSON: what changes by the minute, and the days that are over. Does no I/O.

`now` is small and written whenever something happened; `history` holds the rows of days that were looked at
already, changes once a day, and is compressed: an SD card counts every byte.
"""

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, Final

from appliance.behaviour.facts import Change, Update
from appliance.behaviour.state import (
    Candidate,
    Channel,
    Cue,
    Device,
    Handshake,
    Hour,
    Party,
    Report,
    Start,
    Version,
)

_CACHES: Final = ("aged", "fresh", "routes")
"""Fields of Device that are rebuilt or refilled rather than dumped."""

_BOOKS: Final = ("days", "countries")
"""Fields that are tables by day; only the days that are not over are part of `now`."""


def now(device: Device) -> dict[str, Any]:
    """Return what is remembered of a device but for the days that are over."""
    return _dump(device, _edge(device))


def history(device: Device) -> str:
    """Return the rows of the days that are over: base64 of deflated JSON."""
    edge = _edge(device)
    rows = [[key, [[day, row] for day, row in days.items() if day < edge]] for key, days in _books(device)]
    text = json.dumps([row for row in rows if row[1]], separators=(",", ":"))
    return b64encode(zlib.compress(text.encode())).decode()


def load(plain: dict[str, Any]) -> Device:
    """Return the device that `now` wrote, with the rows that were not handed out yet marked again."""
    device: Device = _load(Device, plain)
    for party in device.parties.values():
        waiting = [row.hour for row in party.hours.values() if row.dirty]
        if waiting:
            device.fresh[party.domain] = waiting
    return device


def load_history(device: Device, packed: str) -> None:
    """Add the days that are over, as `history` wrote them."""
    books = dict(_books(device))
    for key, rows in json.loads(zlib.decompress(b64decode(packed))):
        book = books.get(key, {})
        recent = dict(book)
        book.clear()
        book.update((day, row) for day, row in rows)
        book.update(recent)


def _edge(device: Device) -> int:
    """Return the first day that is not over yet."""
    return device.looked + 1 if device.looked is not None else 0


def _books(device: Device) -> Iterator[tuple[str, dict[int, Any]]]:
    """Yield every table of days of a device under a name of its own."""
    yield "device", device.days
    for domain, party in device.parties.items():
        yield f"party\n{domain}", party.days
        for country, days in party.countries.items():
            yield f"country\n{domain}\n{country}", days
        for key, channel in party.channels.items():
            yield f"channel\n{domain}\n{key}", channel.days


def _dump(record: Any, edge: int) -> dict[str, Any]:
    """Return a record's fields by name, leaving out what is as it was made."""
    plain = {}
    for part in fields(record):
        value = getattr(record, part.name)
        if part.name in _CACHES or value == part.default or (part.default is MISSING and value in ([], {})):
            continue
        plain[part.name] = _recent(value, edge) if part.name in _BOOKS else _plain(value, edge)
    return plain


def _recent(days: dict[Any, Any], edge: int) -> Any:
    if days and isinstance(next(iter(days)), str):
        return {name: _recent(table, edge) for name, table in days.items()}
    return [[day, row] for day, row in days.items() if day >= edge]


def _plain(value: Any, edge: int) -> Any:
    if isinstance(value, Hour):
        return [value.hour, value.mask, value.flows, value.bytes_up, value.bytes_down, value.dirty]
    if is_dataclass(value):
        return _dump(value, edge)
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: _plain(item, edge) for name, item in value._asdict().items()}
    if isinstance(value, dict):
        if value and isinstance(next(iter(value)), int):
            return [[key, _plain(item, edge)] for key, item in value.items()]
        return {key: _plain(item, edge) for key, item in value.items()}
    return [_plain(item, edge) for item in value] if isinstance(value, (list, tuple)) else value


def _load(record_type: type[Any], plain: dict[str, Any]) -> Any:
    shapes = _SHAPES.get(record_type, {})
    return record_type(
        **{name: shapes[name](value) if name in shapes else value for name, value in plain.items()}
    )


def _fact(record_type: type[Any], plain: dict[str, Any]) -> Any:
    return record_type(**{name: tuple(v) if isinstance(v, list) else v for name, v in plain.items()})


def _numbered(plain: Any) -> dict[int, Any]:
    return {key: value for key, value in plain or ()}


_SHAPES: Final[dict[type[Any], dict[str, Callable[[Any], Any]]]] = {
    Device: {
        "parties": lambda plain: {key: _load(Party, item) for key, item in plain.items()},
        "days": _numbered,
        "hours": _numbered,
        "start": lambda plain: plain and _load(Start, plain),
        "candidates": lambda plain: {key: _load(Candidate, item) for key, item in plain.items()},
        "cues": lambda plain: [_load(Cue, item) for item in plain],
        "group": lambda plain: plain and _fact(Update, plain),
        "updates": lambda plain: [_fact(Update, item) for item in plain],
        "reports": lambda plain: [_load(Report, item) for item in plain],
        "versions": lambda plain: {key: _load(Version, item) for key, item in plain.items()},
        "handshakes": lambda plain: {key: _load(Handshake, item) for key, item in plain.items()},
    },
    Party: {
        "countries": lambda plain: {country: _numbered(days) for country, days in plain.items()},
        "hours": lambda plain: {hour: Hour(*item) for hour, item in plain},
        "days": _numbered,
        "channels": lambda plain: {key: _load(Channel, item) for key, item in plain.items()},
    },
    Channel: {"days": _numbered, "masks": _numbered},
    Candidate: {"change": lambda plain: _fact(Change, plain)},
}
"""How the nested fields of each record are built again; every other field is plain JSON already."""
