"""Records from a running sensor: the client's side of its Unix socket."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from sensor.records import Loss, Record, RecordError, from_json

log = logging.getLogger(__name__)

TICK_S: Final = 1.0
"""Longest wait without a record before None is yielded, so that the caller can commit and see a stop."""

MAX_LINE_BYTES: Final = 1_000_000
"""Longest line taken; see appliance.sources."""


def socket_records(path: Path, stopped: Callable[[], bool]) -> Iterator[Record | None]:
    """Yield records until `stopped()`; None whenever a second passed without one. Reconnects by itself."""
    said = False
    while not stopped():
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(TICK_S)
        try:
            connection.connect(str(path))
        except OSError as error:
            if not said:
                log.warning("sensor_away socket=%s error=%s; waiting for it", path, error)
                said = True
            connection.close()
            time.sleep(TICK_S)
            yield None
            continue
        said = False
        with connection:
            yield from _records(connection, stopped)


def _records(connection: socket.socket, stopped: Callable[[], bool]) -> Iterator[Record | None]:
    """Yield the records of one connection until it ends; a line that is none becomes a Loss."""
    rest = b""
    last_ts = 0.0
    while not stopped():
        try:
            data = connection.recv(262_144)
        except TimeoutError:
            yield None
            continue
        except OSError as error:
            log.warning("sensor_lost error=%s", error)
            return
        if not data:
            return
        *lines, rest = (rest + data).split(b"\n")
        if len(rest) > MAX_LINE_BYTES:
            lines, rest = [*lines, rest], b""
        for line in lines:
            try:
                record = from_json(line)
            except RecordError as error:
                record = Loss(last_ts, last_ts, "unreadable_record", 1, str(error))
            last_ts = record.ts
            yield record
