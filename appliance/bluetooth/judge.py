"""From what was heard of an adopted toy, over all looks, to findings. Does no I/O.

The whole record of a toy is judged anew with every look: a restart in between changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from appliance.bluetooth.heard import Toys
from appliance.bluetooth.kind import CONNECTION, MICROPHONE, TOY, kind_of
from appliance.findings import bluetooth_connectable, bluetooth_open, bluetooth_reported, bluetooth_trackable
from appliance.findings.finding import Finding
from appliance.findings.kind import Kind
from sensor.records import BleAdvertisement, Nearby

OCCASIONS: Final = 3
"""Looks that must agree: once it may have been switched on for pairing just then, twice by chance."""

APART_S: Final = 3_600.0
"""Least time between two occasions: a toy that was put away in between is at rest."""

JUDGED: Final = (TOY, "robot", None)
"""Categories that are judged: of a phone, a headset or a watch all of this is as it should be."""


class _Rule(NamedTuple):
    kind: Kind
    occasions: int
    shows: Callable[[Nearby, Toys], str | None]  # the detail, None where a record does not show it


def _reported(record: Nearby, toys: Toys) -> str | None:
    report = toys.report(record.name)
    return f"{report.model}: {report.what} ({report.source}, {report.date})" if report else None


def _microphone(record: Nearby, _: Toys) -> str | None:
    if MICROPHONE not in kind_of(record).offers:
        return None
    return "answered a search of anyone as a headset or hands-free set"


def _connectable(record: Nearby, _: Toys) -> str | None:
    if not isinstance(record, BleAdvertisement) or CONNECTION not in kind_of(record).offers:
        return None
    return "offered a connection to anyone over Bluetooth LE"


def _trackable(record: Nearby, _: Toys) -> str | None:
    return "sent the same address each time" if kind_of(record).trackable else None


_RULES: Final = (
    _Rule(bluetooth_reported.KIND, 1, _reported),
    _Rule(bluetooth_open.KIND, OCCASIONS, _microphone),
    _Rule(bluetooth_connectable.KIND, OCCASIONS, _connectable),
    _Rule(bluetooth_trackable.KIND, OCCASIONS, _trackable),
)


def judge(device: str, category: str | None, records: Sequence[Nearby], toys: Toys) -> list[Finding]:
    """Return the findings of a toy, gravest first; `records` is all that was heard of it, in time order.

    `category` is what the family or the device says that it is. Nothing is said of what is no toy.
    """
    if category not in JUDGED:
        return []
    found = []
    for rule in _RULES:
        showing = [(r.ts, detail) for r in records if (detail := rule.shows(r, toys)) is not None]
        times = occasions(ts for ts, _ in showing)
        if len(times) < rule.occasions:
            continue
        detail = showing[-1][1]
        first, last = times[0], showing[-1][0]
        code, severity = rule.kind.code, rule.kind.severity
        found.append(Finding(device, code, None, first, last, len(times), severity, detail, ()))
    return found


def occasions(times: Iterable[float]) -> list[float]:
    """Return the times that are APART_S or more from the one kept before."""
    kept: list[float] = []
    for ts in times:
        if not kept or ts - kept[-1] >= APART_S:
            kept.append(ts)
    return kept
