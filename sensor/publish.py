"""Records to the appliance over a Unix socket: numbered, acknowledged, never waiting, what is lost counted.

The sensor listens, one appliance connects. A message is a length of 4 bytes, most significant first, and so
many bytes. The first one of each side is a JSON object, its hello:

- sensor: `{"hello": "tattlebox-sensor", "protocol": 1, "run": "…"}`; `run` names this life of the sensor.
- appliance: `{"hello": "tattlebox", "protocol": 1, "run": "…", "stored": N}`: what it stored last.

Then the sensor sends records: the number of the first one (8 bytes) and JSON lines, numbered on from it. The
appliance says which number it has stored (8 bytes). A record is kept until then, and what was not stored is
sent again after a new hello. Numbers begin at 1 in each run.

For a recording the appliance says whose packets it wants, and until when, or that it wants none:
`{"record": {"macs": […], "until": …}}`, `{"record": null}`. They come in messages of number 0: how many were
dropped so far (8 bytes), then records of a pcap file. They are not kept, and not sent again. The end of the
connection ends the recording.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import struct
from collections import deque
from pathlib import Path
from typing import Final, NamedTuple

from sensor.records import MAX_MACS, Loss, Record, to_json

PROTOCOL: Final = 1

QUEUE_BYTES: Final = 33_554_432
"""Records kept for an appliance that is away, slow, or has not stored them yet: minutes of a busy home."""

RECORD_COST: Final = 80
"""Bytes that keeping a record costs beside its text."""

CHUNK_BYTES: Final = 65_536
"""Text in one message, about; one longer record makes a longer one."""

FRAMES_BYTES: Final = 2_097_152
"""Packets of a recording that wait to be sent; what comes then is dropped, and records are not."""

MAX_HELLO: Final = 4_096
"""Longest message taken from the appliance."""


class Wish(NamedTuple):
    """Whose packets are to be recorded, and until when."""

    macs: tuple[bytes, ...]
    until: float  # of the clock on the wall


class Publisher:
    """A bounded queue of records in front of a Unix socket."""

    def __init__(self, path: Path, owner: tuple[int, int] | None = None) -> None:
        """Listen at `path`; a socket left behind there is replaced. Raises OSError.

        `owner` is who may remove the socket and connect besides us: user and group.
        """
        path.unlink(missing_ok=True)
        self._path = path
        self._server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._server.bind(str(path))
        path.chmod(0o660)
        if owner is not None:
            os.chown(path, *owner)
        self._server.listen(1)
        self._server.setblocking(False)
        self._client: _Client | None = None
        self._run = secrets.token_hex(8)
        self._sent: deque[bytes] = deque()  # not acknowledged; the first has the number _first
        self._waiting: deque[bytes] = deque()
        self._first = 1
        self._bytes = 0
        self._lost = 0
        self._lost_since = 0.0
        self.lost = 0
        self.wish: Wish | None = None
        self._frames: deque[bytes] = deque()

    @property
    def queued(self) -> int:
        """Records that are kept now."""
        return len(self._sent) + len(self._waiting)

    @property
    def unsent(self) -> bool:
        """Whether records wait to be sent."""
        return bool(self._waiting) or (self._client is not None and self._client.unsent)

    @property
    def connected(self) -> bool:
        """Whether an appliance is there."""
        return self._client is not None

    @property
    def waits(self) -> list[socket.socket]:
        """The sockets that become readable when the appliance comes or says something."""
        return [self._server] if self._client is None else [self._client.socket]

    def offer(self, record: Record) -> None:
        """Queue a record; when the queue is full, count it as lost."""
        if self._bytes >= QUEUE_BYTES:
            self._lost_since = self._lost_since or record.ts
            self._lost += 1
            self.lost += 1
            return
        if self._lost:
            detail = "the appliance took no records and the queue was full"
            loss = Loss(self._lost_since, max(self._lost_since, record.ts), "queue", self._lost, detail)
            self._lost, self._lost_since = 0, 0.0
            self._keep(loss)
        self._keep(record)

    def offer_frames(self, dropped: int, frames: bytes) -> bool:
        """Queue packets of a recording, and how many were dropped so far; False when there is no room."""
        if self._client is None or sum(map(len, self._frames)) + len(frames) > FRAMES_BYTES:
            return False
        self._frames.append(bytes(8) + dropped.to_bytes(8, "big") + frames)
        return True

    def pump(self) -> None:
        """Send what the appliance can take now, note what it has stored; accept one that has just come."""
        if self._client is None and not self._accept():
            return
        client = self._client
        assert client is not None  # noqa: S101 - accepted just now
        try:
            for message in client.messages():
                self._take(client, message)
            while client.greeted and client.flush() and (self._waiting or self._frames):
                client.queue(self._next_message() if self._waiting else self._frames.popleft())
        except (OSError, ProtocolError):
            # It has gone, or is no appliance: what it did not store is sent again to the next one.
            client.socket.close()
            self._client = self.wish = None
            self._frames.clear()
            self._send_again()

    def close(self) -> None:
        """Close the socket and remove its file, where that is allowed."""
        if self._client is not None:
            self._client.socket.close()
        self._server.close()
        try:
            self._path.unlink(missing_ok=True)
        except PermissionError:
            return  # the folder is not ours any more; the next start replaces it

    def _keep(self, record: Record) -> None:
        line = to_json(record).encode() + b"\n"
        self._waiting.append(line)
        self._bytes += len(line) + RECORD_COST

    def _accept(self) -> bool:
        try:
            connection, _ = self._server.accept()
        except BlockingIOError:
            return False
        self._client = _Client(connection)
        hello = {"hello": "tattlebox-sensor", "protocol": PROTOCOL, "run": self._run}
        self._client.queue(json.dumps(hello).encode())
        return True

    def _take(self, client: _Client, message: bytes) -> None:
        """Take a hello or an acknowledgement. Raises ProtocolError."""
        if client.greeted:
            if len(message) == 8:
                self._stored(int.from_bytes(message, "big"))
            else:
                self.wish = _wish(message)
            return
        try:
            hello = json.loads(message)
            same, stored = hello["run"] == self._run, int(hello["stored"])
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise ProtocolError(f"read {message[:60]!r}, expected a hello") from error
        if hello.get("protocol") != PROTOCOL:
            raise ProtocolError(f"read protocol {hello.get('protocol')!r}, expected {PROTOCOL}")
        client.greeted = True
        if same:
            self._stored(stored)
        self._send_again()

    def _stored(self, number: int) -> None:
        """Forget the records up to this number."""
        while self._first <= number and (self._sent or self._waiting):
            line = (self._sent or self._waiting).popleft()
            self._bytes -= len(line) + RECORD_COST
            self._first += 1

    def _send_again(self) -> None:
        self._waiting.extendleft(reversed(self._sent))
        self._sent.clear()

    def _next_message(self) -> bytes:
        parts, size = [(self._first + len(self._sent)).to_bytes(8, "big")], 0
        while self._waiting and size < CHUNK_BYTES:
            line = self._waiting.popleft()
            self._sent.append(line)
            parts.append(line)
            size += len(line)
        return b"".join(parts)


def _wish(message: bytes) -> Wish | None:
    """Return what is to be recorded. Raises ProtocolError."""
    try:
        wanted = json.loads(message)["record"]
        if wanted is None:
            return None
        macs = tuple(bytes.fromhex(mac.replace(":", "")) for mac in wanted["macs"])
        until = float(wanted["until"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ProtocolError(f"read {message[:60]!r}, expected a number of 8 bytes or a recording") from error
    if not 0 < len(macs) <= MAX_MACS or any(len(mac) != 6 for mac in macs):
        raise ProtocolError(f"read {len(macs)} addresses, expected 1 to {MAX_MACS} of 6 bytes")
    return Wish(macs, until)


class ProtocolError(ValueError):
    """The other side does not speak as it should: what was read, what was expected."""


class _Client:
    """One connection: messages in and out, without waiting."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self.socket = connection
        self.greeted = False
        self._unsent = b""
        self._unread = b""

    @property
    def unsent(self) -> bool:
        return bool(self._unsent)

    def queue(self, message: bytes) -> None:
        self._unsent += struct.pack(">I", len(message)) + message
        self.flush()

    def flush(self) -> bool:
        """Send what can be sent; return whether that was all. Raises OSError when the other side has gone."""
        while self._unsent:
            try:
                self._unsent = self._unsent[self.socket.send(self._unsent) :]
            except BlockingIOError:
                return False
        return True

    def messages(self) -> list[bytes]:
        """Return the whole messages that have come. Raises OSError, ProtocolError."""
        try:
            while data := self.socket.recv(CHUNK_BYTES):
                self._unread += data
                if len(self._unread) > CHUNK_BYTES:
                    break
            else:
                raise ConnectionResetError("the appliance closed the connection")
        except BlockingIOError:
            pass
        found = []
        while len(self._unread) >= 4:
            length = int.from_bytes(self._unread[:4], "big")
            if length > MAX_HELLO:
                raise ProtocolError(f"read a length of {length}, expected at most {MAX_HELLO}")
            if len(self._unread) < 4 + length:
                break
            found.append(self._unread[4 : 4 + length])
            self._unread = self._unread[4 + length :]
        return found
