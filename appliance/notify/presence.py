"""Our lasting presence at an MQTT broker: a device a toy for Home Assistant, its state, and its button.

All of it is retained and told again in full when the broker comes back, so nothing here needs an outbox.
"""

from __future__ import annotations

import logging
from datetime import datetime
from queue import Empty, Full, Queue
from typing import Final, Self

from appliance.delivery.backoff import delay_s
from appliance.delivery.message import DeliveryError
from appliance.notify import homeassistant as ha
from appliance.notify.courier import POLL_S, zone_of
from appliance.notify.mqtt import Link
from appliance.store.answers import AnswerError, Answers
from appliance.store.channels import Channels
from appliance.store.reader import Reader
from appliance.store.settings import Settings

LOG: Final = logging.getLogger(__name__)

REFRESH_S: Final = 60.0
"""How often states are compared with what was told; only differences are sent."""

MAX_TOYS: Final = 200
"""Devices shown: a flood of invented ones must not fill the family's Home Assistant."""

MAX_PRESSED: Final = 20
"""Buttons pressed and not yet heard: more within a moment is no family."""


class Presence:
    """Keeps one broker informed. Has no clock but that of `step`; raises StoreError, ChannelError."""

    def __init__(self, name: str, channels: Channels) -> None:
        self.name = name
        self._channels = channels
        self._link: Link | None = None
        self._failures = 0
        self._refresh = 0.0
        self._told: dict[str, str] = {}
        self._pressed: Queue[str] = Queue(MAX_PRESSED)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Say good-bye: the broker shows us as offline."""
        if self._link is not None:
            try:
                self._link.publish(ha.status_topic(self._settings["prefix"]), ha.OFFLINE, retain=True)
            except DeliveryError as error:
                LOG.info("mqtt good-bye=%s", error.reason)
            self._drop()

    def step(self, now: float) -> float:
        """Connect where needed, tell what is new, hear the buttons; return when to be called again."""
        channel = self._channels.get(self.name)
        self._settings = self._channels.settings(channel)
        if not self._settings["discovery"]:
            return now + POLL_S
        try:
            self._connect()
            self._hear(now)
            if now >= self._refresh or now < self._refresh - REFRESH_S:
                self._tell(self._toys(now) if channel.content != "something" else [])
                self._refresh = now + REFRESH_S
        except DeliveryError as error:
            self._failures += 1
            self._drop()
            LOG.info("mqtt presence=%s attempts=%d", error.reason, self._failures)
            return now + delay_s(self.name, self._failures)
        self._failures = 0
        return now + 1.0

    def _connect(self) -> None:
        if self._link is not None and self._link.up:
            return
        self._drop()
        prefix = self._settings["prefix"]
        link = Link(self._settings, will=(ha.status_topic(prefix), ha.OFFLINE), on_message=self._note)
        link.open()
        self._link = link
        link.subscribe(ha.button_topic(prefix, "+"))
        link.publish(ha.status_topic(prefix), ha.ONLINE, retain=True)
        self._told.clear()
        self._refresh = 0.0

    def _drop(self) -> None:
        if self._link is not None:
            self._link.close()
            self._link = None

    def _note(self, topic: str, payload: bytes) -> None:
        """Remember a button; called by the library's thread."""
        device = ha.pressed(self._settings["prefix"], topic)
        if device is not None and payload == b"PRESS":
            try:
                self._pressed.put_nowait(device)
            except Full:
                LOG.warning("mqtt buttons=dropped")

    def _hear(self, now: float) -> None:
        """Give the family's answer to the last alert of each device whose button was pressed."""
        while True:
            try:
                device = self._pressed.get_nowait()
            except Empty:
                return
            with Reader(self._channels.book.path) as reader:
                alerts = [one for one in reader.alerts(device, limit=20) if one.volume != "log"]
            if alerts:
                try:
                    Answers(self._channels.book).expected(alerts[0].identifier, now)
                except AnswerError as error:
                    LOG.warning("mqtt button=%s", error)

    def _tell(self, toys: list[ha.Toy]) -> None:
        """Publish what differs from what was told; a device that is gone is taken back."""
        prefix, discovery = self._settings["prefix"], self._settings["discovery"]
        wanted: dict[str, str] = {}
        for toy in toys:
            wanted[ha.config_topic(discovery, toy.device)] = ha.config(toy, prefix)
            wanted[ha.state_topic(prefix, toy.device)] = ha.state(toy)
        for topic in set(self._told) - set(wanted):
            self._publish(topic, "")
        for topic, payload in wanted.items():
            if self._told.get(topic) != payload:
                self._publish(topic, payload)
        self._told = wanted

    def _publish(self, topic: str, payload: str) -> None:
        if self._link is not None:
            self._link.publish(topic, payload, retain=True)

    def _toys(self, now: float) -> list[ha.Toy]:
        midnight = datetime.fromtimestamp(now, zone_of(Settings(self._channels.book))).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        hours = (int(midnight.timestamp() // 3600), int(now // 3600) + 1)
        with Reader(self._channels.book.path) as reader:
            sent = reader.sent([hours])
            return [
                ha.Toy(
                    device.device,
                    device.name,
                    device.vendor,
                    device.model,
                    next((change.ts for change in reader.changes(device.device, limit=1)), None),
                    sum(party.outcome != "local" for party in reader.parties(device.device)),
                    sent.get(device.device, [0])[0],
                )
                for device in reader.devices()[-MAX_TOYS:]
            ]
