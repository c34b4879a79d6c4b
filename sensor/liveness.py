"""Telling systemd that a process started and gets on with its work: one datagram each (sd_notify(3)).

systemd ends and restarts a process that said nothing for the WatchdogSec of its unit. So `progress` is called
where work was done, never from a timer: a process that turns in circles, or waits for good, falls silent.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping
from typing import Final

PARTS: Final = 4
"""How often in the watchdog's time progress is told, at most: the rest would only wake systemd."""


class Liveness:
    """The way to the systemd that started us; without one, silent."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        place = environment.get("NOTIFY_SOCKET", "")
        self._place = "\0" + place[1:] if place.startswith("@") else place  # an abstract name
        ours = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        limit_us = environment.get("WATCHDOG_USEC", "") if ours else ""
        self._every_s = int(limit_us) / 1e6 / PARTS if limit_us.isdecimal() else None
        self._told = -float("inf")

    def ready(self) -> None:
        """Say that the start is over."""
        self._tell(b"READY=1")

    def progress(self) -> None:
        """Say that work was done, unless that was said a moment ago or nobody wants to know."""
        now = time.monotonic()
        if self._every_s is not None and now - self._told >= self._every_s:
            self._told = now
            self._tell(b"WATCHDOG=1")

    def _tell(self, message: bytes) -> None:
        if not self._place:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as way:
            way.setblocking(False)  # a systemd that does not read must not stop the work
            try:
                way.sendto(message, self._place)
            except OSError:
                return  # it is restarting, and asks again
