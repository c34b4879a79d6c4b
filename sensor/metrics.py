"""A Unix socket that answers each request with the sensor's numbers: `curl --unix-socket PATH http://x/metrics`."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Final

from sensor.numbers import prometheus
from sensor.records import SensorStats

MAX_CLIENTS: Final = 8
"""Connections at once; at the bound the oldest is closed."""

REQUEST_BYTES: Final = 4_096
"""Bytes of a request that are read; what it asks for does not matter."""


class MetricsServer:
    """Answers without ever waiting for a client."""

    def __init__(self, path: Path, owner: tuple[int, int] | None = None) -> None:
        """Listen at `path`; a socket left behind there is replaced. Raises OSError."""
        path.unlink(missing_ok=True)
        self._path = path
        self._server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._server.bind(str(path))
        path.chmod(0o660)
        if owner is not None:
            os.chown(path, *owner)
        self._server.listen(MAX_CLIENTS)
        self._server.setblocking(False)
        self._clients: list[socket.socket] = []

    @property
    def waits(self) -> list[socket.socket]:
        """The sockets that become readable when there is something to do."""
        return [self._server, *self._clients]

    def pump(self, stats: SensorStats) -> None:
        """Accept who has come, answer who has asked."""
        while len(self._clients) < MAX_CLIENTS:
            try:
                client, _ = self._server.accept()
            except BlockingIOError:
                break
            client.setblocking(False)
            self._clients.append(client)
        for client in self._clients[:]:
            self._answer(client, stats)
        if len(self._clients) == MAX_CLIENTS:
            self._drop(self._clients[0])

    def close(self) -> None:
        """Close all sockets and remove the file, where that is allowed."""
        for client in self._clients:
            client.close()
        self._server.close()
        try:
            self._path.unlink(missing_ok=True)
        except PermissionError:
            return  # the folder is not ours any more; the next start replaces it

    def _answer(self, client: socket.socket, stats: SensorStats) -> None:
        try:
            if client.recv(REQUEST_BYTES):
                client.send(_response(prometheus(stats)))
        except BlockingIOError:
            return
        except OSError:
            pass  # it has gone
        self._drop(client)

    def _drop(self, client: socket.socket) -> None:
        client.close()
        self._clients.remove(client)


def _response(text: str) -> bytes:
    """Return an HTTP/1.0 response, which ends with the connection (RFC 1945)."""
    body = text.encode()
    head = (
        f"HTTP/1.0 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
