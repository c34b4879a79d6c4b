"""Behaviour: sightings become a baseline, updates divide it, changes come out. Does no I/O, has no clock.

Time is that of the records. Every method acts at once; the iterator it returns holds what came of it. What is
told again with the same id (Change) or the same device and time (Update) replaces what was told before:
"seen" becomes "confirmed", "restarted" becomes "updated".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from appliance.behaviour import baseline, packing, updates, use
from appliance.behaviour.baseline import UNKNOWN
from appliance.behaviour.detect import (
    arrivals,
    countries,
    departures,
    hiding,
    kinds_of_data,
    nights,
    protection,
    rates,
    reports,
)
from appliance.behaviour.facts import Change, Contact, Sighting, Update
from appliance.behaviour.sighting import enter, forget_old_days
from appliance.behaviour.spans import DAY_S, DAYS_KEPT, LATE_S, day_of
from appliance.behaviour.state import Channel, Device, Party
from appliance.behaviour.watch import OUTAGE, Watch
from appliance.parties.party import PartyRecord
from sensor.records import HttpRequest, Loss, Record

MAX_DEVICES: Final = 4_096
"""Devices remembered: a home has fifty, a flood of made-up MAC addresses any number (`dropped` counts)."""

TICK_S: Final = 300
"""The home's watched time is brought up to date this often."""

ABSENCE_S: Final = 3 * DAY_S
"""A device silent for this long comes back as one to be compared with what it was."""

OUTAGE_BASE_DAYS: Final = 7
OUTAGE_DEVICES: Final = 3
OUTAGE_SHARE: Final = 0.6
"""When so large a share of at least so many devices, heard on all but one of the last days, is silent for a
day, the house is offline or everybody is away."""

MAX_BLOCKS: Final = 16
"""Spans of blocking remembered per device; a change is doubted by the latest ones only."""

Fact = Update | Change
NOTHING: Final[tuple[Fact, ...]] = ()


class Epoch(NamedTuple):
    """A span of a device's life between two updates."""

    start: float
    end: float | None  # None: the present one
    update: Update | None  # the update it began with; None for the first


class Software(NamedTuple):
    """What is known of a device's software."""

    versions: tuple[tuple[str, str, float], ...]  # (where it was heard, the string, when last), latest first
    last_update: Update | None  # the latest real one; None when none was seen
    watched_s: float  # since then, or since the device was first heard: "no update for N days"


class Behaviour:
    """Contacts and observations in; sightings, parties, updates and changes out."""

    def __init__(self) -> None:
        self._devices: dict[str, Device] = {}
        self._watch = Watch()
        self._next_tick = 0.0
        self._next_look = 0.0
        self._dirty: set[str] = set()
        self.dropped = 0

    def meet(self, contact: Contact) -> Sequence[Fact]:
        """Take in one contact; return the updates and changes it brings."""
        ts = contact.ts
        facts: Sequence[Fact] = list(self._clock(ts)) if ts >= self._next_tick else NOTHING
        name = contact.device
        device = self._devices.get(name) or self._add(name, ts)
        self._dirty.add(name)
        if ts > device.last_ts:
            self._heard(device, ts)
        party, channel = enter(device, contact)
        if contact.bytes_down >= updates.DOWNLOAD_BYTES:
            found = updates.from_contact(device, party, channel, contact)
            facts = [*facts, *self._with_comparison(device, found)]
        if contact.payload_up > 0:
            news = self._uploaded(device, party, channel, contact)
            if news:
                facts = [*facts, *news]
        return facts

    def observe(self, device: str, record: Record) -> Sequence[Fact]:
        """Take in one observation of a device; return the updates (and changes) it gives away."""
        ts = record.ts
        facts: Sequence[Fact] = list(self._clock(ts)) if ts >= self._next_tick else NOTHING
        state = self._devices.get(device) or self._add(device, ts)
        self._dirty.add(device)
        if ts > state.last_ts:
            self._heard(state, ts)
        found = updates.from_record(state, record)
        if found:
            facts = [*facts, *self._with_comparison(state, found)]
        if type(record) is HttpRequest:
            facts = [*facts, *kinds_of_data.read(state, record, self._watch)]
        return facts

    def advance(self, watermark: float) -> Iterator[Fact]:
        """Let capture time pass up to `watermark`; return what the daily looks find."""
        return iter(list(self._clock(watermark)))

    def note_loss(self, loss: Loss) -> None:
        """Take time that was not watched out of every claim."""
        self._watch.lose(loss)
        self._dirty.update(self._devices)

    def note_block(self, device: str, start: float, end: float | None) -> None:
        """Note that something of a device is blocked from `start` until `end` (None: not known yet).

        It may try other ways meanwhile. A block told again with its end takes the place of the one without.
        """
        state = self._devices.get(device)
        if state is not None:
            state.blocks = [block for block in state.blocks if block[0] != start]
            state.blocks = [*state.blocks, [start, end]][-MAX_BLOCKS:]
            self._dirty.add(device)

    def sightings(self) -> list[Sighting]:
        """Return the hourly rows that grew since the last call, with their whole values, in order."""
        rows = [row for device in self._devices.values() if device.fresh for row in device.sightings()]
        return sorted(rows)

    def party_records(self, device: str) -> list[PartyRecord]:
        """Return the device's parties as they are stored and shown, by domain; none for an unknown device."""
        state = self._devices.get(device)
        parties = state.parties.values() if state is not None else ()
        return sorted(party.record(device) for party in parties) if parties else []

    def take_dirty(self) -> set[str]:
        """Return the devices whose state grew since the last call."""
        dirty, self._dirty = self._dirty, set()
        return dirty

    def epochs(self, device: str) -> list[Epoch]:
        """Return the device's life divided by its updates; restarts alone do not divide it."""
        state = self._devices.get(device)
        if state is None:
            return []
        real = [update for update in state.updates if update.certainty != "restarted"]
        starts: list[tuple[float, Update | None]] = [
            (state.first_ts, None),
            *((update.ts, update) for update in real),
        ]
        ends: list[float | None] = [*(start for start, _ in starts[1:]), None]
        return [Epoch(start, end, update) for (start, update), end in zip(starts, ends, strict=True)]

    def software(self, device: str) -> Software | None:
        """Return the device's versions and its latest update; None for an unknown device."""
        state = self._devices.get(device)
        if state is None:
            return None
        heard = sorted(
            (
                (key.split("|")[0], version.text, version.last_ts)
                for key, version in state.versions.items()
                if not version.volatile
            ),
            key=lambda one: (-one[2], one),
        )
        real = [update for update in state.updates if update.certainty != "restarted"]
        since = real[-1].ts if real else state.first_ts
        seen = self._watch.seen if self._watch.seen is not None else since
        return Software(
            tuple(heard), real[-1] if real else None, self._watch.seconds(since, max(since, seen))
        )

    def learning(self, device: str) -> tuple[str, ...]:
        """Return what is missing of the device's baseline, in plain words; empty when it is complete."""
        state = self._devices.get(device)
        return baseline.missing(baseline.learning(state, self._watch) if state is not None else UNKNOWN)

    def forget(self, device: str) -> None:
        """Drop all that is remembered of a device."""
        self._devices.pop(device, None)
        self._dirty.discard(device)

    def knows(self, device: str) -> bool:
        """Return whether anything is remembered of a device."""
        return device in self._devices

    def dump(self, device: str) -> dict[str, Any]:
        """Return what is remembered of a device and of the home's watched time, as JSON values, but for the
        days that are over: those are in `history`."""
        state = self._devices.get(device)
        return {
            "device": packing.now(state) if state is not None else None,
            "watch": self._watch.dump(),
            "next_look": self._next_look,
        }

    def load(self, device: str, state: dict[str, Any]) -> None:
        """Go on from what `dump` returned; the home's time is that of the latest device loaded."""
        if state["device"] is not None:
            self._devices[device] = packing.load(state["device"])
            self._devices[device].aged = False
        self._watch.merge(Watch.load(state["watch"]))
        self._next_look = max(self._next_look, state["next_look"])
        self._next_tick = self._watch.seen or 0.0

    def history(self, device: str) -> dict[str, Any] | None:
        """Return the device's days that are over, and the home's; None when they are as they were when last
        asked for: once a day is usual."""
        state = self._devices.get(device)
        if state is None or not state.aged:
            return None
        state.aged = False
        return {"days": packing.history(state), "watch": self._watch.dump_all()}

    def load_history(self, device: str, state: dict[str, Any]) -> None:
        """Add what `history` returned to a device that was loaded."""
        if device in self._devices:
            packing.load_history(self._devices[device], state["days"])
        self._watch.merge(Watch.load(state["watch"]))

    def _add(self, name: str, ts: float) -> Device:
        if len(self._devices) >= MAX_DEVICES:
            oldest = sorted(self._devices.values(), key=lambda device: (device.last_ts, device.device))
            for device in oldest[: MAX_DEVICES // 8]:
                del self._devices[device.device]
                self._dirty.discard(device.device)
                self.dropped += 1
        device = self._devices[name] = Device(name, ts, ts, ts)
        return device

    def _heard(self, device: Device, ts: float) -> None:
        """Note that the device was heard, later than ever before."""
        last = device.last_ts
        device.last_ts = ts
        if ts > last + updates.SESSION_GAP_S:
            device.session_ts = ts
            if ts >= last + ABSENCE_S:
                device.absence_end, device.absence_s = ts, ts - last

    def _uploaded(self, device: Device, party: Party, channel: Channel, contact: Contact) -> list[Fact]:
        """Return the changes one upload brings: none, quickly, for a party and channel long known."""
        ts = contact.ts
        facts: list[Fact] = []
        if party.first_upload is None or ts < party.first_upload:
            party.first_upload = ts
        if party.status != "known":
            step = arrivals.went_on if party.status == "new" else arrivals.arrived
            facts.extend(step(device, party, contact, self._watch))
        facts.extend(protection.downgraded(device, party, channel, contact, self._watch))
        if not channel.known:
            facts.extend(protection.served(device, party, channel, contact, self._watch))
        if contact.outcome == "hidden":
            facts.extend(hiding.hid(device, party, contact, self._watch))
        else:
            device.named += 1
        if party.last_upload is None or ts > party.last_upload:
            party.last_upload = ts
        return facts

    def _with_comparison(self, device: Device, found: Iterable[Update]) -> Iterator[Fact]:
        """Yield updates, each followed by the changes that now belong to it."""
        for update in found:
            yield update
            if update.certainty != "restarted":
                yield from arrivals.compared_again(device, update.ts, self._watch)

    def _clock(self, ts: float) -> Iterator[Fact]:
        """Let time pass; look at each day that is over."""
        self._watch.tick(ts)
        now = self._watch.seen or ts
        self._next_tick = now + TICK_S
        if now < self._next_look:
            return
        last = day_of(now - LATE_S) - 1
        for day in range(last - 1, last + 1):
            self._judge_day(day)
        self._next_look = (last + 2) * DAY_S + LATE_S
        for name in sorted(self._devices):
            device = self._devices[name]
            first = last - DAYS_KEPT if device.looked is None else max(device.looked + 1, last - DAYS_KEPT)
            for day in range(max(first, day_of(device.first_ts)), last + 1):
                yield from self._look(device, day)
                self._dirty.add(name)
            device.looked = last
            device.aged = True

    def _judge_day(self, day: int) -> None:
        """Mark a day on which most of the home fell silent: it tells nothing of any device's habits."""
        usual = [
            device
            for device in self._devices.values()
            if sum(d in device.days for d in range(day - OUTAGE_BASE_DAYS, day)) >= OUTAGE_BASE_DAYS - 1
        ]
        silent = sum(day not in device.days for device in usual)
        if len(usual) >= OUTAGE_DEVICES and silent >= OUTAGE_SHARE * len(usual):
            self._watch.odd[day] = OUTAGE

    def _look(self, device: Device, day: int) -> Iterator[Fact]:
        """Yield what the end of a day of a device brings."""
        baseline.learn_day(device, day, self._watch)
        arrivals.expire(device, (day + 1) * DAY_S)
        days = baseline.active_days(device, self._watch, day)
        if device.learned and days and days[-1] == day:
            days = days[-rates.LONGEST_DAYS :]
            used = use.of(device, days)
            yield from departures.gone(device, days, used, self._watch)
            yield from countries.moved(device, day, self._watch)
            yield from rates.shifted(device, days, used, self._watch)
            yield from nights.awake(device, days, used, self._watch)
        yield from reports.unchanged(device, day, days, self._watch)
        forget_old_days(device, day - DAYS_KEPT)
