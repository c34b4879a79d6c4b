"""What one look heard, as a family reads it; and which toys are known from public reports. Does no I/O."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from appliance.bluetooth.kind import kind_of
from appliance.devices.identity import device_id
from appliance.devices.rows import Model
from sensor.records import Nearby

_WORD: Final = re.compile(r"[^\W_]+")


class Reported(NamedTuple):
    """A toy of which public reports said that anyone near by could connect to it; a row of reported.csv."""

    model: str  # as in catalogue.csv
    what: str  # what was reported, in one sentence
    source: str
    date: str  # of the report


class Heard(NamedTuple):
    """One thing that a look heard."""

    device: str  # the id it has, or would have, as a device of the home
    address: str
    way: str  # "classic" or "low energy"
    name: str | None
    category: str | None  # what it says that it is
    offers: tuple[str, ...]  # "microphone", "sound", "connection": to anyone near by
    trackable: bool
    rssi_dbm: int | None
    model: str | None  # by its name, from the catalogue
    reported: str | None  # what public reports said of that model
    adopted: bool  # it is one of ours


class Toys:
    """The names by which toys are known, of the catalogue and of public reports."""

    def __init__(self, models: Sequence[Model], reported: Iterable[Reported]) -> None:
        self._names = [(_words(name), model) for model in models for name in model.bluetooth]
        self._reported = {row.model: row for row in reported}

    def model(self, name: str | None) -> Model | None:
        """Return the model whose name this begins with, word by word; the longest such name decides."""
        said = _words(name or "")
        fits = [(words, model) for words, model in self._names if words and said[: len(words)] == words]
        return max(fits, key=lambda fit: len(fit[0]))[1] if fits else None

    def report(self, name: str | None) -> Reported | None:
        """Return what public reports said of the toy with this Bluetooth name."""
        model = self.model(name)
        return self._reported.get(model.model) if model else None


def _words(name: str) -> tuple[str, ...]:
    """Return the words of a name or pattern in small letters; "i-QUE", "iQue" and "I Que" begin alike."""
    words = tuple(_WORD.findall(name.casefold()))
    return (words[0] + words[1], *words[2:]) if len(words) > 1 and len(words[0]) == 1 else words


def heard(records: Iterable[Nearby], toys: Toys, adopted: Iterable[str]) -> list[Heard]:
    """Return what a look heard, each device once, the strongest first. `adopted` are addresses."""
    ours = frozenset(adopted)
    found: dict[str, Heard] = {}
    for record in records:
        row = _row(record, toys, ours)
        before = found.get(row.address)
        found[row.address] = row if before is None else _joined(before, row)
    return sorted(found.values(), key=lambda row: (-(row.rssi_dbm or -128), row.address))


def _row(record: Nearby, toys: Toys, ours: frozenset[str]) -> Heard:
    kind, report, model = kind_of(record), toys.report(record.name), toys.model(record.name)
    return Heard(
        device=device_id(record.address),
        address=record.address,
        way="classic" if hasattr(record, "device_class") else "low energy",
        name=record.name,
        category=model.category if model else kind.category,
        offers=kind.offers,
        trackable=kind.trackable,
        rssi_dbm=record.rssi_dbm,
        model=model.model if model else None,
        reported=report.what if report else None,
        adopted=record.address in ours,
    )


def _joined(one: Heard, other: Heard) -> Heard:
    """Return what two records of one device say together: an advertisement and its scan response."""
    return one._replace(
        name=one.name or other.name,
        category=one.category or other.category,
        offers=tuple(dict.fromkeys((*one.offers, *other.offers))),
        rssi_dbm=max(one.rssi_dbm or -128, other.rssi_dbm or -128),
        model=one.model or other.model,
        reported=one.reported or other.reported,
    )
