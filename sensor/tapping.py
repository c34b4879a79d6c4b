"""A recording as the appliance wishes it: begun, handed on, ended in time, or with the connection."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Sequence
from typing import Final

from sensor.capture.tap import Tap
from sensor.publish import Publisher, Wish

log = logging.getLogger(__name__)

LONGEST_S: Final = 3_600.0
"""A recording ends after so long whatever was wished."""


class Tapping:
    """Keeps a tap at what the publisher was last told."""

    def __init__(self, tap: Tap, publisher: Publisher, interfaces: Callable[[], Sequence[str]]) -> None:
        self._tap, self._publisher, self._interfaces = tap, publisher, interfaces
        self._wish: Wish | None = None
        self._ends = 0.0
        self._dropped = 0

    @property
    def waits(self) -> list[socket.socket]:
        """The sockets that become readable when there are packets."""
        return self._tap.sockets if self._tap.on else []

    def turn(self, now: float) -> None:
        """Begin, go on or end."""
        wish = self._publisher.wish
        if wish is not self._wish:
            self._wish = wish
            self._follow(wish, now)
        if self._tap.on and now >= self._ends:
            self._tap.stop()
        if self._tap.on:
            self._hand_on(*self._tap.read())

    def _follow(self, wish: Wish | None, now: float) -> None:
        if self._tap.on:
            self._tap.stop()
        if wish is not None and now < wish.until:
            self._ends, self._dropped = min(wish.until, now + LONGEST_S), 0
            try:
                self._tap.start(wish.macs, self._interfaces())
            except OSError as error:
                log.warning("recording_not_begun error=%s", error.strerror)

    def _hand_on(self, count: int, frames: bytes) -> None:
        if count and not self._publisher.offer_frames(self._tap.dropped + self._dropped, frames):
            self._dropped += count
