"""One channel's consumer of the outbox: the next message, in order, once; and what follows from the answer.

Has no clock: `step` is told the time, and says when it wants to be called again.
"""

from __future__ import annotations

from datetime import datetime, tzinfo
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from appliance.alerts.digest import WEEK_S, of_week
from appliance.delivery.consumer import GIVE_UP_REFUSALS, Send, healed, tell_outage, worse
from appliance.delivery.faults import MAX_WAIT_S
from appliance.delivery.message import DeliveryError
from appliance.notify.compose import Known, compose
from appliance.notify.quiet import Quiet, is_quiet
from appliance.settings import LANGUAGE, ZONE
from appliance.store.channels import ChannelRow, Channels
from appliance.store.outbox import TEST, WEEK, Consumer, Event, Outbox
from appliance.store.reader import Reader
from appliance.store.secrets import SecretsError
from appliance.store.settings import Settings as HomeSettings

POLL_S: Final = 5.0
"""How often the outbox is looked at: a parent is told within seconds, and a look is one read of the cache."""

QUIET_POLL_S: Final = 60.0
"""How often it is looked whether quiet hours are over, or something came that may pass."""

LOOKED_AT: Final = 500
"""Waiting events looked at for one that may pass while others keep the quiet hours."""

GIVE_UP_S: Final = 7 * 86_400.0
"""A message that could not be delivered for a week is given up, counted and shown; the next one's turn comes.
"""

MAX_WEEK: Final = 10_000
"""Alerts and changes read for the week's message."""


class Courier:
    """Delivers to one channel. Every method may raise StoreError, and ChannelError when it was removed."""

    def __init__(self, name: str, channels: Channels, send: Send) -> None:
        self.name = name
        self._channels = channels
        self._outbox = Outbox(channels.book)
        self._send = send

    def step(self, now: float) -> float:
        """Do what is due; return when there may be more to do."""
        channel, consumer = self._channels.get(self.name), self._outbox.consumer(self.name)
        if now < consumer.due <= now + MAX_WAIT_S:  # one further off was set by a clock that was wrong
            return consumer.due
        event, later = self._next(channel, consumer, now)
        if event is None:
            return later
        return self._deliver(channel, self._outbox.consumer(self.name), event, now)

    def _next(self, channel: ChannelRow, consumer: Consumer, now: float) -> tuple[Event | None, float]:
        """Return the first event that may be told now, or None and when to look again."""
        waiting = self._outbox.waiting(consumer, LOOKED_AT)
        unwanted = [one.seq for one in waiting if not channel.wants(one)]
        if unwanted:
            self._outbox.settle(consumer, unwanted, "not wanted", now)
        wanted = [event for event in waiting if event.seq not in unwanted]
        rules = [Quiet(*rule) for rule in self._channels.quiet()]
        if not wanted or not rules:
            return (wanted[0] if wanted else None), now + POLL_S
        zone = self._zone()
        for event in wanted:
            if event.kind == TEST or not is_quiet(rules, channel.person, event.severity, now, zone):
                return event, now
        return None, now + QUIET_POLL_S

    def _deliver(self, channel: ChannelRow, consumer: Consumer, event: Event, now: float) -> float:
        doubtful = self._outbox.begin(consumer, event.seq, now)
        try:
            message = compose(event, channel, self._known(event), doubtful=doubtful)
            self._send(channel.kind, message, self._channels.settings(channel))
        except SecretsError as error:
            return self._failed(consumer, event, DeliveryError(str(error), None, "settings"), now)
        except DeliveryError as error:
            return self._failed(consumer, event, error, now)
        taken = healed(consumer, now)._replace(delivered=consumer.delivered + 1)
        self._outbox.settle(taken, [event.seq], "done", now)
        return now

    def _failed(self, consumer: Consumer, event: Event, error: DeliveryError, now: float) -> float:
        failed = worse(consumer, error, now)
        self._outbox.failed(failed, event.seq, doubtful=error.doubtful)
        tried = self._outbox.tried(failed, event.seq)
        if tried is not None and _hopeless(error, *tried, now):
            failed = failed._replace(given_up=failed.given_up + 1, attempts=0, due=now)
            self._outbox.settle(failed, [event.seq], "given up", now)
        tell_outage(self._outbox, failed, now)
        return failed.due

    def _known(self, event: Event) -> Known:
        """Return what the message may need of the store."""
        home = HomeSettings(self._channels.book)
        path: Path = self._channels.book.path
        with Reader(path) as reader:
            names = {device.device: device.name for device in reader.devices()}
            known = Known(home.get(LANGUAGE) or "en", self._zone(), names)
            if event.kind != WEEK:
                return known
            alerts = of_week(reader.alerts(limit=MAX_WEEK), event.ts)
            changes = reader.changes(since=event.ts - WEEK_S, limit=MAX_WEEK)
        return known._replace(
            alerts=tuple(alerts), changes=tuple(change for change in changes if change.ts < event.ts)
        )

    def _zone(self) -> tzinfo:
        return zone_of(HomeSettings(self._channels.book))


def zone_of(home: HomeSettings) -> tzinfo:
    """Return the home's time zone: the one that was set, else the machine's."""
    name = home.get(ZONE)
    local = datetime.now().astimezone().tzinfo if not name else ZoneInfo(name)
    assert local is not None  # noqa: S101 - `astimezone` gives one
    return local


def _hopeless(error: DeliveryError, attempts: int, begun: float, now: float) -> bool:
    return now - begun >= GIVE_UP_S or (error.fault == "refused" and attempts >= GIVE_UP_REFUSALS)
