"""The findings of every device: counted, with first and last time and evidence. Does no I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from appliance.findings.finding import Finding
from appliance.findings.kind import ASKED, ASKER, Kind, Meeting, Seen, Watch
from appliance.findings.kinds import KINDS
from sensor.records import Record

MAX_EVIDENCE: Final = 10
"""Flow ids kept per finding (Finding.evidence)."""

MAX_PER_DEVICE: Final = 500
"""Findings per device: fifteen kinds, and as a rule few domains each; beyond it the oldest go."""

MAX_DEVICES: Final = 4_096
"""Devices with findings: a /20 full of them."""

DAY_S: Final = 86_400.0

_Key = tuple[str, str | None]  # code, domain


Look = Callable[[Record], Seen | None]


class _Reading(NamedTuple):
    """What is asked of a record of one type, when the device is on one side."""

    looks: tuple[tuple[Kind, Look], ...]
    watches: tuple[tuple[Kind, Watch], ...]


_NONE: Final = _Reading((), ())
NOTHING: Final[tuple[Finding, ...]] = ()


class Findings:
    """What each device was seen to do that it should not, one `Finding` per device, code and domain."""

    def __init__(self, kinds: tuple[Kind, ...] = KINDS) -> None:
        self.forgotten = 0  # findings and devices dropped at a bound
        self._devices: dict[str, dict[_Key, Finding]] = {}
        watches = [(kind, kind.watch()) for kind in kinds if kind.watch is not None]
        self.reads = {
            side: frozenset(
                record_type
                for kind in kinds
                for record_type in kind.reads
                if kind.side == side or (kind.watch is not None and side in kind.watched)
            )
            for side in (ASKER, ASKED)
        }
        """Which types of records may show a finding of a device on this side."""
        self._readings: dict[tuple[type[Any], str], _Reading] = {
            (record_type, side): _Reading(
                tuple(
                    (kind, kind.look)
                    for kind in kinds
                    if kind.watch is None and kind.side == side and record_type in kind.reads
                ),
                tuple(
                    (kind, watch)
                    for kind, watch in watches
                    if record_type in kind.reads and side in kind.watched
                ),
            )
            for side in (ASKER, ASKED)
            for record_type in {record_type for kind in kinds for record_type in kind.reads}
        }

    def concerns(self, record: Record, side: str = ASKER) -> bool:
        """Return whether `observe` has anything to say: cheaper, and asks for no party."""
        record_type: type[Any] = type(record)
        reading = self._readings.get((record_type, side), _NONE)
        for _, look in reading.looks:
            if look(record) is not None:
                return True
        return bool(reading.watches)

    def observe(
        self,
        device: str,
        record: Record,
        domain: str | None,
        *,
        side: str = ASKER,
        purpose: str | None = None,
    ) -> Sequence[Finding]:
        """Return each finding that the record makes or adds to, as it now stands.

        `domain` is the key of the party on the other side (Party.domain), None when it stayed in the home;
        `side` says which end the device is; `purpose` is what that party is probably for (Party.purpose).
        """
        record_type: type[Any] = type(record)
        reading = self._readings.get((record_type, side))
        if reading is None:
            return NOTHING
        found: list[tuple[Kind, Seen]] = []
        for kind, look in reading.looks:
            if (seen := look(record)) is not None:
                found.append((kind, seen))
        if reading.watches:
            meeting = tuple.__new__(Meeting, (device, record, side, domain, purpose))  # one for each flow
            for kind, watch in reading.watches:
                if (seen := watch.look(meeting)) is not None:
                    found.append((kind, seen))
        if not found:
            return NOTHING
        return [
            self._add(_finding(device, None if seen.of_device else domain, record.ts, kind, seen))
            for kind, seen in found
        ]

    def note(self, device: str, kind: Kind, ts: float, detail: str) -> Sequence[Finding]:
        """Return the finding of a kind that no record shows but the passing of time; once a UTC day."""
        held = self._devices.get(device, {}).get((kind.code, None))
        if held is not None and held.last_ts // DAY_S == ts // DAY_S:
            return NOTHING
        return [self._add(_finding(device, None, ts, kind, Seen(detail, None)))]

    def all(self, device: str) -> list[Finding]:
        """Return the findings of one device, gravest first, then in the order they were first seen."""
        held = self._devices.get(device, {}).values()
        return sorted(held, key=lambda finding: (-finding.severity, finding.first_ts, finding.code))

    def forget(self, device: str) -> None:
        """Drop all that is remembered of a device."""
        self._devices.pop(device, None)

    def dump(self, device: str) -> list[dict[str, Any]]:
        """Return one device's findings as JSON-ready data."""
        return [finding._asdict() for finding in self._devices.get(device, {}).values()]

    def load(self, device: str, dumped: Iterable[Mapping[str, Any]]) -> None:
        """Take back what `dump` returned; what was seen since then is added to it.

        Raises ValueError when an entry is no finding.
        """
        for fields in dumped:
            if set(fields) != set(Finding._fields):
                raise ValueError(
                    f"read a finding of {device} with {sorted(fields)}, expected {Finding._fields}"
                )
            self._add(Finding(**{**fields, "device": device, "evidence": tuple(fields["evidence"])}))

    def _add(self, new: Finding) -> Finding:
        held = self._device(new.device)
        key = (new.code, new.domain)
        before = held.get(key)
        finding = new if before is None else _merged(before, new)
        held[key] = finding
        if len(held) > MAX_PER_DEVICE:
            del held[next(iter(held))]
            self.forgotten += 1
        return finding

    def _device(self, device: str) -> dict[_Key, Finding]:
        held = self._devices.get(device)
        if held is None:
            if len(self._devices) >= MAX_DEVICES:
                del self._devices[next(iter(self._devices))]
                self.forgotten += 1
            held = self._devices[device] = {}
        return held


def _finding(device: str, domain: str | None, ts: float, kind: Kind, seen: Seen) -> Finding:
    return Finding(
        device=device,
        code=kind.code,
        domain=domain,
        first_ts=ts,
        last_ts=ts,
        times=1,
        severity=kind.severity,
        detail=seen.detail,
        evidence=(seen.uid,) if seen.uid is not None else (),
    )


def _merged(before: Finding, new: Finding) -> Finding:
    evidence = before.evidence
    if len(evidence) < MAX_EVIDENCE:
        evidence = tuple(dict.fromkeys((*evidence, *new.evidence)))[:MAX_EVIDENCE]
    return before._replace(
        first_ts=min(before.first_ts, new.first_ts),
        last_ts=max(before.last_ts, new.last_ts),
        times=before.times + new.times,
        detail=new.detail if new.last_ts >= before.last_ts else before.detail,
        evidence=evidence,
    )
