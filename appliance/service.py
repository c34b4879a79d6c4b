"""The service: records in, facts to the store, in batches that are whole or not at all."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from math import inf
from typing import Any, Final, Protocol

from appliance.alerts.alert import Alert
from appliance.alerts.policy import Policy
from appliance.behaviour.facts import Change, Update
from appliance.devices.device import DeviceRecord
from appliance.devices.family import FORGET, Word
from appliance.findings.finding import Finding
from appliance.flowrow import FlowRow
from appliance.home import PARTS, Fact, Home, Seen, forget, restore, state_of
from appliance.out import OutputFolder
from appliance.parties.party import PartyRecord
from appliance.store.writer import Writer
from sensor.records import Loss, Record, SensorStats, Weird

BATCH: Final = 20_000
"""Facts gathered before a commit: about 10 MB of memory, and a commit's cost spread thin."""

SUMS_S: Final = 900.0
"""Capture time between two writings of what only grows (sums, when a device was last heard), while live. With
every commit these were most of what a card had to bear (docs/retention.md); more seldom, pages are late."""

CHECKPOINT_S: Final = 3_600.0
"""Capture time between two states for a restart, while live: what came since is taken again, in a second."""

NEWS: Final = (Alert, Change, Update)
"""Facts that are stored at once."""

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
        self._learning_told = dict(self._learning)
        self._finals: dict[tuple[str, ...], Any] = {}
        self._written: dict[str, _Written] = {}
        self._grown: set[str] = set()
        self._unsaved: set[str] = set()
        self._summed_ts: float | None = None
        self._checkpoint_ts: float | None = None
        self._news = False
        self._said: tuple[int, ...] = ()
        self._answers: dict[str, Any] = {}
        self._nearby: int = writer.meta("nearby") or 0
        self._keepers: dict[type[Any], Callable[[Any], None]] = {
            FlowRow: self._flow,
            Seen: self._observe,
            SensorStats: self._count,
        }
        self._resume()

    def take(self, records: Iterable[Record]) -> None:
        """Feed records to the home and store what follows. Raises StoreError."""
        totals, feed, writer = self._totals, self._home.feed, self._writer
        keepers = self._keepers
        for record in records:
            totals["records"] += 1
            for fact in feed(record):
                kind: type[Any] = type(fact)
                keep: Callable[[Any], None] = keepers.get(kind, self._keep)
                keep(fact)
            if writer.pending >= BATCH:
                self.commit()

    @property
    def pressing(self) -> bool:
        """Whether something is worth a commit before its time: news, a new device, a word of the family."""
        new = any(device not in self._written for device in self._home.devices.ids())
        return self._news or new or self._writer.said() != self._said

    def commit(self) -> None:
        """Store every record and fact up to here, from time to time with what only grows, and with the state
        for a restart. Raises StoreError."""
        home = self._home
        self._said = self._writer.said()
        self._hear(self._writer.words(self._heard), ())
        self._hear_nearby()
        self._listen()
        home.stated_ends = self._writer.stated_ends()
        for device in sorted(home.devices.take_gone()):
            self._writer.forget(device)
            self._learning.pop(device, None)
            self._written.pop(device, None)
        dirty = home.devices.take_dirty() | home.behaviour.take_dirty()
        self._unsaved |= dirty
        self._grown |= dirty
        if self._since(self._summed_ts) >= SUMS_S:
            self._sum_up()
        else:
            self._tell(dirty)
        self._writer.commit(
            sensor=self._sensor,
            sensor_position=None if self._source is None else self._source.position,
            first_ts=home.first_ts,
            last_ts=home.last_ts,
            totals=self._totals,
            answers=self._answers,
            nearby=self._nearby,
            **self._new_learning(),
        )
        self._learning_told = dict(self._learning)
        self._news = False
        if self._source is not None:
            self._source.stored()
            if self._since(self._checkpoint_ts) >= CHECKPOINT_S:
                self.checkpoint()

    def _since(self, ts: float | None) -> float:
        """Return the capture time that passed since, in seconds."""
        return inf if ts is None else (self._home.last_ts or 0.0) - ts

    def checkpoint(self) -> None:
        """Store the state of all devices that changed since the last one: a restart goes on from here."""
        home = self._home
        self._sum_up()
        states = [
            (part, device, body)
            for device in home.devices.ids()
            if device in self._unsaved
            for part, body in state_of(home, device).items()
        ]
        self._answers = {**self._answers, "heard": []}
        self._writer.commit(
            states,
            answers=self._answers,
            policy=home.judge.policy.to_json(),
            words={"heard": self._heard, "waiting": [word.id for word in home.family.waiting]},
            checkpoint={"place": self._writer.place(), "last_ts": home.last_ts},
        )
        self._unsaved.clear()
        self._checkpoint_ts = home.last_ts

    def _resume(self) -> None:
        """Go on where the store ends: restore the last checkpoint, then take again what came after it."""
        home, writer = self._home, self._writer
        for part in PARTS:
            for device, body in sorted(writer.states(part).items()):
                restore(home, part, device, body)
        home.told = {alert.identifier: alert for alert in writer.alerts()}
        home.stated_ends = writer.stated_ends()
        words = writer.meta("words") or {}
        self._heard: int = words.get("heard", 0)
        self._hear([word for word in writer.words(0) if word.id <= self._heard], words.get("waiting", []))
        checkpoint = writer.meta("checkpoint") or {"place": {}, "last_ts": None}
        home.first_ts, home.last_ts = writer.meta("first_ts"), checkpoint["last_ts"]
        home.newcomers.resume(home.devices, home.last_ts)
        home.judge.policy = Policy.from_json(writer.meta("policy") or {})
        self._answers = writer.meta("answers") or {"last": 0, "heard": []}
        answers = {answer.id: answer for answer in writer.answers(0)}
        heard = deque((at, answers[one]) for one, at in self._answers["heard"] if one in answers)
        for number, record in writer.records_after(checkpoint["place"]):
            while heard and heard[0][0] < number:
                home.judge.hear(heard.popleft()[1])
            for fact in home.feed(record):
                if not isinstance(fact, FlowRow | Seen | Loss):
                    writer.add(fact)
        for _, answer in heard:
            home.judge.hear(answer)
        self._hear(writer.words(self._heard), ())
        self._listen()

    def finish(self) -> None:
        """Say what the passing of time means at the end of the records, and store the last state."""
        for fact in self._home.advance():
            self._keep(fact)
        self._summed_ts = self._checkpoint_ts = None  # so that both are due
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
                forget(self._home, word.device)
            self._home.family.hear(word)

    def _hear_nearby(self) -> None:
        """Let the home judge what looks for toys near by heard since of those of the family."""
        self._nearby, heard = self._writer.heard(self._nearby)
        for device, records in sorted(heard.items()):
            for fact in self._home.hear(device, records):
                self._keep(fact)

    def _listen(self) -> None:
        """Judge by what the family said of alerts since; remember before which record that was.

        After a restart the records behind the last checkpoint are judged as they were judged before it.
        """
        for answer in self._writer.answers(self._answers["last"]):
            self._home.judge.hear(answer)
            heard = [*self._answers["heard"], [answer.id, self._totals["records"]]]
            self._answers = {"last": answer.id, "heard": heard}

    def _sum_up(self) -> None:
        """Queue all that grew. What a commit leaves out is behind the last checkpoint, and so found again."""
        self._summed_ts = self._home.last_ts
        self._tell(self._grown, grown=True)
        self._grown.clear()
        for sighting in self._home.behaviour.sightings():
            self._writer.add(sighting)

    def _tell(self, devices: Collection[str], *, grown: bool = False) -> None:
        """Queue what is new of these devices; with `grown` also what only has larger numbers."""
        for device in self._home.devices.ids():
            if device in devices:
                self._device(device, grown=grown)

    def _device(self, device: str, *, grown: bool) -> None:
        before = self._written.get(device) or self._written.setdefault(device, _Written({}))
        record = self._home.devices.record(device)
        if record != before.record and (grown or not _only_later(record, before.record)):
            self._writer.add(record)
            before.record = record
        parties = self._home.behaviour.party_records(device)
        for domain in before.parties.keys() - {party.domain for party in parties}:
            self._writer.forget_party(device, domain)
            del before.parties[domain]
        for party in parties:
            known = before.parties.get(party.domain)
            if known is None or (grown and known != party):
                self._writer.add(party)
                before.parties[party.domain] = party
        self._learning[device] = list(self._home.behaviour.learning(device))

    def _new_learning(self) -> dict[str, Any]:
        return {} if self._learning == self._learning_told else {"learning": self._learning}

    def _flow(self, flow: FlowRow) -> None:
        totals = self._totals
        totals["flows"] += 1
        totals["packets"] += flow.orig_pkts + flow.resp_pkts
        self._writer.add_flow(flow, totals["records"])
        if self._out is not None:
            self._out.fact(flow)

    def _keep(self, fact: Fact) -> None:
        self._writer.add(fact, self._totals["records"])
        self._news = self._news or isinstance(fact, NEWS)
        if isinstance(fact, Weird):
            self._totals["weirds"] += 1
        if self._out is not None:
            self._out.fact(fact)
            key = _key(fact)
            if key:
                self._finals[key] = fact

    def _count(self, stats: SensorStats) -> None:
        """Keep the sensor's last numbers, and add what came since the ones before to the totals."""
        before = self._sensor
        if before.get("started") != stats.started:
            self._note_gap(before.get("ts", stats.started), stats.started)
            before = {}
        for name in SUMMED:
            total = self._totals.get(f"sensor_{name}", 0)
            self._totals[f"sensor_{name}"] = total + getattr(stats, name) - before.get(name, 0)
        self._sensor = stats._asdict()
        if self._out is not None:
            self._out.fact(stats)

    def _note_gap(self, since: float, until: float) -> None:
        """Say that nobody watched between two lives of the sensor; records not stored before a power cut lie
        there, too."""
        if until > since:
            for fact in self._home.feed(Loss(since, until, "gap", 0, "the sensor was not running")):
                self._keep(fact)

    def _observe(self, seen: Seen) -> None:
        self._writer.add_observation((self._totals["records"], seen.device, seen.record))
        if self._out is not None:
            self._out.observation(seen.record, seen.device)


@dataclass(slots=True)
class _Written:
    """What the store has of a device and of its parties, by domain."""

    parties: dict[str, PartyRecord]
    record: DeviceRecord | None = None


def _only_later(record: DeviceRecord, before: DeviceRecord | None) -> bool:
    """Return whether nothing is new of a device but when it was last heard."""
    return before is not None and record._replace(last_ts=before.last_ts) == before


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
