"""Records to the appliance over a Unix socket: JSON lines, never waiting, what cannot be kept is counted.

The sensor listens, one appliance connects. While it is away, lines are kept up to a bound.
"""

from __future__ import annotations

import socket
from collections import deque
from pathlib import Path
from typing import Final

from sensor.records import Loss, Record, to_json

QUEUE_LINES: Final = 100_000
"""Lines kept for an appliance that is away or slow: about 50 MB, some minutes of a busy home."""

CHUNK_BYTES: Final = 262_144
"""Bytes handed to the kernel at once."""


class Publisher:
    """A bounded queue of records in front of a Unix socket."""

    def __init__(self, path: Path) -> None:
        """Listen at `path`; a socket left behind there is replaced. Raises OSError."""
        path.unlink(missing_ok=True)
        self._path = path
        self._server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._server.bind(str(path))
        path.chmod(0o660)
        self._server.listen(1)
        self._server.setblocking(False)
        self._client: socket.socket | None = None
        self._lines: deque[bytes] = deque()
        self._unsent = b""
        self._lost = 0
        self._lost_since = 0.0

    def offer(self, record: Record) -> None:
        """Queue a record; when the queue is full, count it as lost."""
        if len(self._lines) >= QUEUE_LINES:
            self._lost_since = self._lost_since or record.ts
            self._lost += 1
            return
        if self._lost:
            detail = "the appliance took no records and the queue was full"
            loss = Loss(self._lost_since, record.ts, "queue", self._lost, detail)
            self._lost, self._lost_since = 0, 0.0
            self._lines.append(to_json(loss).encode() + b"\n")
        self._lines.append(to_json(record).encode() + b"\n")

    def pump(self) -> None:
        """Send what the appliance can take now; accept one that has just come."""
        if self._client is None and not self._accept():
            return
        while self._unsent or self._lines:
            while self._lines and len(self._unsent) < CHUNK_BYTES:
                self._unsent += self._lines.popleft()
            if not self._send():
                return

    def close(self) -> None:
        """Close the socket and remove its file."""
        if self._client is not None:
            self._client.close()
        self._server.close()
        self._path.unlink(missing_ok=True)

    def _accept(self) -> bool:
        try:
            self._client, _ = self._server.accept()
        except BlockingIOError:
            return False
        self._client.setblocking(False)
        return True

    def _send(self) -> bool:
        assert self._client is not None  # noqa: S101 - pump has just made sure
        try:
            sent = self._client.send(self._unsent)
        except BlockingIOError:
            return False
        except OSError:
            # The appliance has gone. The line it was reading is sent again whole to the next one.
            self._client.close()
            self._client = None
            return False
        self._unsent = self._unsent[sent:]
        return True
