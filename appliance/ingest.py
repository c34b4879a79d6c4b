"""Records from a running sensor: the client's side of its Unix socket, as sensor/publish.py describes it.

Each record is taken once: it is acknowledged when it was stored, and one that comes again after a restart is
known by its number.
"""

from __future__ import annotations

import json
import logging
import socket
import struct
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from sensor.records import Loss, Record, RecordError, from_json

log = logging.getLogger(__name__)

PROTOCOL: Final = 1

TICK_S: Final = 1.0
"""Longest wait without a record before None is yielded, so that the caller can commit and see a stop."""

MAX_MESSAGE: Final = 16_777_216
"""Longest message taken; the sensor's hold 64 KiB and a record, and the longest record is 1 MB."""

FRAMES: Final = bytes(8)
"""The number of a message with packets of a recording: records begin at 1."""

READ_BYTES: Final = 262_144


class SensorMismatch(RuntimeError):
    """The sensor speaks another protocol: says what to do."""


class SensorLink:
    """The way to one sensor. `position` is where a restart goes on: store it with what was taken."""

    def __init__(self, path: Path, position: list[Any] | None = None) -> None:
        """`position` is the one that was stored last, None for none."""
        self._path = path
        self._run: str = position[0] if position else ""
        self._number: int = position[1] if position else 0
        self._connection: socket.socket | None = None
        self._greeted = False
        self.greetings = 0
        self.on_frames: Callable[[int, bytes], None] | None = None

    @property
    def position(self) -> list[Any]:
        """The sensor's run and the number of the last record that was yielded."""
        return [self._run, self._number]

    def stored(self) -> None:
        """Tell the sensor that all records yielded so far are stored; it need not keep them."""
        if self._connection is None:
            return
        try:
            _send(self._connection, self._number.to_bytes(8, "big"))
        except OSError as error:  # what it did not hear it sends again, and we know the numbers
            log.info("sensor_lost error=%s", error)

    def record(self, macs: Sequence[str], until: float) -> bool:
        """Ask for the packets of these addresses until a time, or for none; False where no sensor is there.

        They are handed to `on_frames`: how many are missing so far, and records of a pcap file.
        """
        if self._connection is None or not self._greeted:
            return False
        wish = {"record": {"macs": list(macs), "until": until} if macs else None}
        try:
            _send(self._connection, json.dumps(wish).encode())
        except OSError as error:
            log.info("sensor_lost error=%s", error)
            return False
        return True

    def records(self, stopped: Callable[[], bool]) -> Iterator[Record | None]:
        """Yield records until `stopped()`; None whenever a second passed without one. Reconnects by itself.

        Raises SensorMismatch.
        """
        said = False
        while not stopped():
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(TICK_S)
                try:
                    connection.connect(str(self._path))
                    self._connection, self._greeted, said = connection, False, False
                    yield from self._session(connection, stopped)
                except OSError as error:
                    if not said:
                        log.warning("sensor_away socket=%s error=%s; waiting for it", self._path, error)
                        said = True
                finally:
                    self._connection = None
            if not stopped():
                yield None
                time.sleep(TICK_S)

    def _session(self, connection: socket.socket, stopped: Callable[[], bool]) -> Iterator[Record | None]:
        """Yield the records of one connection until it ends."""
        for message in _messages(connection, stopped):
            if message is None:
                yield None
            elif not self._greeted:
                self._greet(connection, message)
                self._greeted = True
                self.greetings += 1
            elif message[:8] == FRAMES:
                if self.on_frames is not None:
                    self.on_frames(int.from_bytes(message[8:16], "big"), message[16:])
            else:
                yield from self._lines(message)

    def _greet(self, connection: socket.socket, message: bytes) -> None:
        hello = _hello(message)
        if hello.get("protocol") != PROTOCOL:
            raise SensorMismatch(
                f"the sensor at {self._path} speaks protocol {hello.get('protocol')!r}, expected {PROTOCOL}: "
                "install the same version of both"
            )
        if hello["run"] != self._run:
            self._run, self._number = hello["run"], 0
        answer = {"hello": "tattlebox", "protocol": PROTOCOL, "run": self._run, "stored": self._number}
        _send(connection, json.dumps(answer).encode())

    def _lines(self, message: bytes) -> Iterator[Record]:
        """Yield the records of a message that are new; a line that is none becomes a Loss."""
        last_ts = 0.0
        for number, line in enumerate(message[8:].splitlines(), int.from_bytes(message[:8], "big")):
            try:
                record = from_json(line)
            except RecordError as error:
                record = Loss(last_ts, last_ts, "unreadable_record", 1, str(error))
            last_ts = record.ts
            if number > self._number:
                self._number = number
                yield record


def socket_records(path: Path, stopped: Callable[[], bool]) -> Iterator[Record | None]:
    """Yield the records of a sensor as `SensorLink.records` does, for a caller that stores nothing."""
    return SensorLink(path).records(stopped)


def _hello(message: bytes) -> dict[str, Any]:
    try:
        hello = json.loads(message)
    except ValueError:
        hello = None
    if not isinstance(hello, dict) or not isinstance(hello.get("run"), str):
        raise SensorMismatch(f"read {message[:60]!r} from the sensor's socket, expected its hello")
    return hello


def _messages(connection: socket.socket, stopped: Callable[[], bool]) -> Iterator[bytes | None]:
    """Yield whole messages, None whenever a second passed without one. Raises OSError when it ends."""
    rest = b""
    while not stopped():
        try:
            data = connection.recv(READ_BYTES)
        except TimeoutError:
            yield None
            continue
        if not data:
            raise ConnectionResetError("the sensor closed the connection")
        rest += data
        while len(rest) >= 4 and len(rest) >= 4 + (length := int.from_bytes(rest[:4], "big")):
            yield rest[4 : 4 + length]
            rest = rest[4 + length :]
        if len(rest) > MAX_MESSAGE:
            raise ConnectionResetError(f"a message is longer than {MAX_MESSAGE} bytes")


def _send(connection: socket.socket, message: bytes) -> None:
    connection.sendall(struct.pack(">I", len(message)) + message)
