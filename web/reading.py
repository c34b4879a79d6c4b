"""What the pages need of the store, and the one door through which its records come to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol, TypeVar, cast

from appliance.alerts.alert import Alert
from appliance.behaviour.facts import Change, Sighting, Update
from appliance.declared.seen import Destination
from appliance.devices.device import DeviceRecord
from appliance.findings.finding import Finding
from appliance.flowrow import FlowRow
from appliance.parties.party import PartyRecord
from appliance.store.looking import END, Key, Look, Named, Question
from appliance.store.reader import Watch
from appliance.store.rollups import Span, Sum
from web.visible import visible, visible_in

R = TypeVar("R", Sighting, Sum)
V = TypeVar("V")

MAX_HELD: Final = 2_000
"""Records of one table that are held between two commits, 2 kB each: a home has some hundred."""


class Reader(Protocol):
    """The store, read-only: `appliance.store.reader.Reader`."""

    def version(self) -> tuple[object, ...] | None: ...
    def devices(self) -> list[DeviceRecord]: ...
    def device(self, device: str, /) -> DeviceRecord | None: ...
    def parties(self, device: str | None = None) -> list[PartyRecord]: ...
    def updates(self, device: str | None = None) -> list[Update]: ...
    def changes(
        self, device: str | None = None, since: float | None = None, limit: int = 200
    ) -> list[Change]: ...
    def change(self, identifier: str, /) -> Change | None: ...
    def alerts(
        self, device: str | None = None, volume: str | None = None, limit: int = 200
    ) -> list[Alert]: ...
    def alert(self, identifier: str, /) -> Alert | None: ...
    def findings(self, device: str | None = None) -> list[Finding]: ...
    def sightings(self, device: str, since_hour: int, until_hour: int) -> list[Sighting]: ...
    def sums(
        self, spans: Sequence[Span], device: str | None = None, domain: str | None = None
    ) -> list[Sum]: ...
    def sent(self, spans: Sequence[Span], device: str | None = None) -> dict[str, list[int]]: ...
    def day_sums(self, since_day: int, until_day: int) -> list[Sum]: ...
    def flows(self, uids: Sequence[str]) -> list[FlowRow]: ...
    def look(self, question: Question, after: Key = END, limit: int = 100) -> Look: ...
    def names(self, device: str, before: float, limit: int = 100) -> tuple[list[Named], float | None]: ...
    def destinations(self, device: str) -> list[Destination]: ...
    def learning(self) -> dict[str, list[str]]: ...
    def watch(self) -> Watch: ...


class VisibleReader:
    """A reader whose every text is `visible`: no page can forget it. Newest changes and alerts come first.

    What nearly every page asks for, whole tables, is read once and held until the store changes.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._held: tuple[tuple[object, ...] | None, dict[str, Any]] = (None, {})
        self._past: tuple[tuple[object, ...], dict[str, list[int]]] = ((), {})  # see `sent`

    def version(self) -> tuple[object, ...] | None:
        """Return what differs when something was written; None where that cannot be told."""
        return self._reader.version()

    def _whole(self, name: str, read: Callable[[], V]) -> V:
        """Return what `read` gives, made visible; the same object to all who ask between two commits."""
        version = self._reader.version()
        if version is None:
            return visible_in(read())
        held_for, held = self._held
        if held_for != version:  # two threads may both begin anew: each holds what it read
            held = {}
            self._held = (version, held)
        if name not in held:
            found = visible_in(read())
            if isinstance(found, list) and len(found) > MAX_HELD:
                return found
            held[name] = found
        return cast(V, held[name])

    def devices(self) -> list[DeviceRecord]:
        return list(self._whole("devices", self._reader.devices))

    def device(self, device: str) -> DeviceRecord | None:
        return visible_in(self._reader.device(device))

    def parties(self, device: str | None = None) -> list[PartyRecord]:
        if device is None:
            return list(self._whole("parties", self._reader.parties))
        return visible_in(self._reader.parties(device))

    def destinations(self, device: str) -> list[Destination]:
        return visible_in(self._reader.destinations(device))

    def updates(self, device: str | None = None) -> list[Update]:
        return sorted(visible_in(self._reader.updates(device)), key=lambda update: update.ts)

    def changes(
        self, device: str | None = None, since: float | None = None, limit: int = 200
    ) -> list[Change]:
        found = visible_in(self._reader.changes(device, since, limit))
        return sorted(found, key=lambda change: (-change.ts, change.id))

    def change(self, identifier: str) -> Change | None:
        return visible_in(self._reader.change(identifier))

    def alerts(self, device: str | None = None, volume: str | None = None, limit: int = 200) -> list[Alert]:
        found = visible_in(self._reader.alerts(device, volume, limit))
        return sorted(found, key=lambda alert: (-alert.ts, alert.identifier))

    def told(self, device: str | None = None) -> list[Alert]:
        """Return the alerts meant for the family; the others are for the record."""
        if device is None:
            both = self._whole(
                "told", lambda: [*self._reader.alerts(None, "push"), *self._reader.alerts(None, "digest")]
            )
            return sorted(both, key=lambda alert: (-alert.ts, alert.identifier))
        both = [*self.alerts(device, "push"), *self.alerts(device, "digest")]
        return sorted(both, key=lambda alert: (-alert.ts, alert.identifier))

    def alert(self, identifier: str) -> Alert | None:
        return visible_in(self._reader.alert(identifier))

    def findings(self, device: str | None = None) -> list[Finding]:
        if device is None:
            found = self._whole("findings", self._reader.findings)
        else:
            found = visible_in(self._reader.findings(device))
        return sorted(found, key=lambda finding: (-finding.severity, -finding.last_ts, finding.code))

    def sightings(self, device: str, since_hour: int, until_hour: int) -> list[Sighting]:
        return _domains_visible(self._reader.sightings(device, since_hour, until_hour))

    def sums(self, spans: Sequence[Span], device: str | None = None, domain: str | None = None) -> list[Sum]:
        as_stored = domain is not None and domain.isascii() and " " not in domain
        rows = _domains_visible(self._reader.sums(spans, device, domain if as_stored else None))
        return rows if domain is None or as_stored else [row for row in rows if row.domain == domain]

    def sent(self, spans: Sequence[Span], device: str | None = None) -> dict[str, list[int]]:
        """Return what the devices (or one) sent within each span of hours, the latest span first.

        Nothing is added to spans gone by: they are read once, and anew when a device comes or goes.
        """
        known = tuple(sorted(record.device for record in self.devices()))
        key = (tuple(spans[1:]), known)
        past_of, past = self._past
        if past_of != key:
            past = self._reader.sent(spans[1:]) if spans[1:] else {}
            self._past = (key, past)
        none = [0] * len(spans[1:])
        latest = self._reader.sent(spans[:1], device)
        return {name: [*sent, *past.get(name, none)] for name, sent in latest.items()}

    def day_sums(self, since_day: int, until_day: int) -> list[Sum]:
        return _domains_visible(self._reader.day_sums(since_day, until_day))

    def flows(self, uids: Sequence[str]) -> list[FlowRow]:
        return sorted(visible_in(self._reader.flows(uids)), key=lambda flow: (flow.ts, flow.uid, flow.part))

    def look(self, question: Question, after: Key = END, limit: int = 100) -> Look:
        found = self._reader.look(question, after, limit)
        return found._replace(flows=visible_in(found.flows))

    def names(self, device: str, before: float, limit: int = 100) -> tuple[list[Named], float | None]:
        found, earliest = self._reader.names(device, before, limit)
        return visible_in(found), earliest

    def learning(self, device: str) -> list[str]:
        """Return what the device's baseline still misses; empty when it is complete."""
        return list(self._whole("learning", self._reader.learning).get(device, ()))

    def watch(self) -> Watch:
        return self._whole("watch", self._reader.watch)


def _domains_visible(rows: list[R]) -> list[R]:
    """Return rows of a rollup, whose only text is the domain: the same few over tens of thousands of rows."""
    shown = {domain: visible(domain) for domain in {row.domain for row in rows}}
    changed = {domain for domain, text in shown.items() if text != domain}
    return [row._replace(domain=shown[row.domain]) if row.domain in changed else row for row in rows]
