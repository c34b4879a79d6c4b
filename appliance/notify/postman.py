"""The process that delivers: one thread for each channel and sink, so that a slow receiver holds up nobody
else.

It reads what the appliance stored and writes how far each consumer is; packets and records never wait for it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from appliance.delivery.consumer import Send
from appliance.notify.carrier import carry
from appliance.notify.courier import POLL_S, Courier, zone_of
from appliance.notify.mqtt import KIND as MQTT
from appliance.notify.presence import Presence
from appliance.notify.uploads import Turn
from appliance.sinks import SINKS
from appliance.sinks.pump import Pump
from appliance.store.book import Book
from appliance.store.channels import ChannelError, ChannelRow, Channels
from appliance.store.database import StoreError
from appliance.store.outbox import WEEK, Event, Outbox
from appliance.store.settings import Settings

LOG: Final = logging.getLogger(__name__)

AFTER_STORE_ERROR_S: Final = 30.0
"""A disk that is full is tried again after so long."""

WEEK_DAY: Final = 6  # Sunday
WEEK_HOUR: Final = 18
"""When the week is told, in the home's time: a parent reads it in the evening."""

WEEK_LOOK_S: Final = 60.0
"""How often it is looked whether that hour has come."""

SINK_KINDS: Final = frozenset(sink.KIND for sink in SINKS)

Step = Callable[[float], float]


class Postman:
    """Delivers for one store until it is stopped."""

    def __init__(self, store: Path, send: Send = carry) -> None:
        """Open the store. Raises StoreError."""
        self._channels = Channels(Book(store))
        self._uploads = Turn(store)
        self._send = send
        self._workers: dict[str, tuple[threading.Thread, threading.Event]] = {}

    def run(self, stop: threading.Event) -> None:
        """Serve every channel and sink there is, new ones within seconds, until `stop` is set."""
        looked = 0.0
        threading.Thread(target=_repeat, args=(self._uploads.step, stop), name="studies", daemon=True).start()
        while not stop.is_set():
            try:
                self._staff()
                if abs(time.time() - looked) >= WEEK_LOOK_S:
                    looked = time.time()
                    tell_week(self._channels, looked)
            except StoreError as error:
                LOG.warning("store error=%s", error)
            stop.wait(POLL_S)
        for _, ends in self._workers.values():
            ends.set()
        for thread, _ in self._workers.values():
            thread.join(POLL_S)

    def _staff(self) -> None:
        """Give every channel its worker, and end those of channels that are gone."""
        wanted: dict[str, ChannelRow] = {}
        for row in self._channels.all():
            wanted[f"{row.uid}.send"] = row
            if row.kind == MQTT:
                wanted[f"{row.uid}.presence"] = row
        for key in set(self._workers) - set(wanted):
            self._workers.pop(key)[1].set()
        for key, row in wanted.items():
            if key not in self._workers or not self._workers[key][0].is_alive():
                self._workers[key] = self._hire(key, row)

    def _hire(self, key: str, row: ChannelRow) -> tuple[threading.Thread, threading.Event]:
        ends = threading.Event()
        thread = threading.Thread(target=self._work, args=(key, row, ends), name=key, daemon=True)
        thread.start()
        return thread, ends

    def _work(self, key: str, row: ChannelRow, ends: threading.Event) -> None:
        if key.endswith(".presence"):
            with Presence(row.name, self._channels) as presence:
                _repeat(presence.step, ends)
        elif row.kind in SINK_KINDS:
            _repeat(Pump(row.name, self._channels, self._send).step, ends)
        else:
            _repeat(Courier(row.name, self._channels, self._send).step, ends)


def tell_week(channels: Channels, now: float) -> None:
    """Queue the week's message when its hour has come and some channel tells it."""
    if not any(row.tells.endswith("week") for row in channels.all()):
        return
    local = datetime.fromtimestamp(now, zone_of(Settings(channels.book)))
    sunday = local - timedelta(days=(local.weekday() - WEEK_DAY) % 7)
    end = sunday.replace(hour=WEEK_HOUR, minute=0, second=0, microsecond=0)
    key = f"week.{end.date().isoformat()}"
    if now - 86_400 <= end.timestamp() <= now and not Outbox(channels.book).knows(key):
        Outbox(channels.book).tell(Event(0, key, WEEK, end.timestamp(), None, 1, "digest", {}))


def _repeat(step: Step, ends: threading.Event) -> None:
    """Call a step when it wants to be called, until told to end or its channel is gone."""
    while not ends.is_set():
        try:
            due = step(time.time())
        except ChannelError:
            return
        except StoreError as error:
            LOG.warning("store error=%s", error)
            due = time.time() + AFTER_STORE_ERROR_S
        ends.wait(min(max(due - time.time(), 0.0), POLL_S))
