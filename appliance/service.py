"""The service: records in, facts to the store, in batches that are whole or not at all."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Final, Protocol

from appliance.alerts.alert import Alert
from appliance.behaviour.facts import Change, Update
from appliance.devices.family import FORGET, Word
from appliance.findings.finding import Finding
from appliance.flowrow import FlowRow
from appliance.home import PARTS, Fact, Home, Seen, restore, state_of
from appliance.out import OutputFolder
from appliance.store.writer import Writer
from sensor.records import TYPES, Record, SensorStats, Weird, to_json

BATCH: Final = 20_000
"""Facts gathered before a commit: about 10 MB of memory, and a commit's cost spread thin."""

KINDS: Final = {record_type: name for name, record_type in TYPES.items()}


SUMMED: Final = ("packets", "wire_bytes", "kernel_drops", "queue_lost")
"""Numbers of the sensor whose totals outlive its restarts, as "sensor_…"."""


class Source(Protocol):
    """Where live records come from: told what was stored, it need not keep it."""

    @property
    def position(self) -> list[Any] | None:
        """The last record that was taken, as the source names it; JSON."""

    def stored(self) -> None:
        """All records up to `position` are stored for good."""


class Service:
    """Carries one home from records to the store (and to an output folder, for a replay)."""

    def __init__(
        self, home: Home, writer: Writer, out: OutputFolder | None = None, source: Source | None = None
    ) -> None:
        self._home = home
        self._writer = writer
        self._out = out
        self._source = source
        self._sensor: dict[str, Any] = writer.meta("sensor") or {}
        self._totals: dict[str, int] = {"records": 0, "flows": 0, "packets": 0, "weirds": 0}
        self._totals |= writer.meta("totals") or {}
        self._learning: dict[str, list[str]] = writer.meta("learning") or {}
        self._finals: dict[tuple[str, ...], Any] = {}
        for part in PARTS:
            for device, body in sorted(writer.states(part).items()):
                restore(home, part, device, body)
        home.told = {alert.identifier: alert for alert in writer.alerts()}
        self._heard: int = (writer.meta("words") or {}).get("heard", 0)
        self._hear(writer.words(0), (writer.meta("words") or {}).get("waiting", []))
        home.first_ts, home.last_ts = writer.meta("first_ts"), writer.meta("last_ts")
        home.newcomers.resume(home.devices, home.last_ts)

    def take(self, records: Iterable[Record]) -> None:
        """Feed records to the home and store what follows. Raises StoreError."""
        for record in records:
            self._totals["records"] += 1
            for fact in self._home.feed(record):
                self._keep(fact)
            if self._writer.pending >= BATCH:
                self.commit()

    def commit(self) -> None:
        """Store everything up to here. Raises StoreError."""
        home = self._home
        self._hear(self._writer.words(self._heard), ())
        for device in sorted(home.devices.take_gone()):
            self._writer.forget(device)
            self._learning.pop(device, None)
        present = home.devices.ids()
        dirty = home.devices.take_dirty() | home.behaviour.take_dirty()
        states = [state for device in present if device in dirty for state in self._device(device)]
        for sighting in home.behaviour.sightings():
            self._writer.add(sighting)
        self._writer.commit(
            states,
            sensor=self._sensor,
            sensor_position=None if self._source is None else self._source.position,
            first_ts=home.first_ts,
            last_ts=home.last_ts,
            totals=self._totals,
            learning=self._learning,
            words={"heard": self._heard, "waiting": [word.id for word in home.family.waiting]},
        )
        if self._source is not None:
            self._source.stored()

    def finish(self) -> None:
        """Say what the passing of time means at the end of the records, and store the last state."""
        for fact in self._home.advance():
            self._keep(fact)
        self.commit()
        if self._out is None:
            return
        devices = [self._home.devices.record(device) for device in sorted(self._home.devices.ids())]
        self._out.final("devices", devices)
        self._out.final("parties", (p for d in devices for p in self._home.behaviour.party_records(d.device)))
        for name in ("updates", "changes", "findings", "alerts"):
            self._out.final(name, (fact for key, fact in self._finals.items() if key[0] == name))

    def _hear(self, words: Iterable[Word], waiting: Collection[int]) -> None:
        """Let the home hear what the family said since, and what still waits for its device."""
        for word in words:
            if word.id <= self._heard and word.id not in waiting:
                continue
            self._heard = max(self._heard, word.id)
            if word.act == FORGET and word.device in self._home.devices.ids():
                self._writer.erase(word.device)
            self._home.family.hear(word)

    def _device(self, device: str) -> list[tuple[str, str, Any]]:
        """Queue what is known of a device; return its state rows."""
        home = self._home
        self._writer.add(home.devices.record(device))
        for party in home.behaviour.party_records(device):
            self._writer.add(party)
        self._learning[device] = list(home.behaviour.learning(device))
        return [(part, device, body) for part, body in state_of(home, device).items()]

    def _keep(self, fact: Fact) -> None:
        if isinstance(fact, Seen):
            self._observe(fact)
            return
        if isinstance(fact, SensorStats):
            self._count(fact)
            return
        self._writer.add(fact)
        if isinstance(fact, FlowRow):
            self._totals["flows"] += 1
            self._totals["packets"] += fact.orig_pkts + fact.resp_pkts
        elif isinstance(fact, Weird):
            self._totals["weirds"] += 1
        if self._out is not None:
            self._out.fact(fact)
            key = _key(fact)
            if key:
                self._finals[key] = fact

    def _count(self, stats: SensorStats) -> None:
        """Keep the sensor's last numbers, and add what came since the ones before to the totals."""
        before = self._sensor if self._sensor.get("started") == stats.started else {}
        for name in SUMMED:
            total = self._totals.get(f"sensor_{name}", 0)
            self._totals[f"sensor_{name}"] = total + getattr(stats, name) - before.get(name, 0)
        self._sensor = stats._asdict()
        if self._out is not None:
            self._out.fact(stats)

    def _observe(self, seen: Seen) -> None:
        record = seen.record
        uid = getattr(record, "uid", None)
        self._writer.add_observation(record.ts, KINDS[type(record)], seen.device, uid, to_json(record))
        if self._out is not None:
            self._out.observation(record, seen.device)


def _key(fact: Fact) -> tuple[str, ...] | None:
    """Return what makes two facts the same one in different states; None for facts that have but one."""
    if isinstance(fact, Update):
        return ("updates", fact.device, repr(fact.ts))
    if isinstance(fact, Change):
        return ("changes", fact.id)
    if isinstance(fact, Finding):
        return ("findings", fact.device, fact.code, fact.domain or "")
    if isinstance(fact, Alert):
        return ("alerts", fact.identifier)
    return None
