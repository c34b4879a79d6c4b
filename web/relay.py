"""Encryption in front of waitress, which knows none: TLS in, the same bytes out to a Unix socket.

One thread with an event loop. What a request says is not looked at here: its bounds are waitress's.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
import threading
from pathlib import Path
from typing import Final

log = logging.getLogger(__name__)

MAX_CONNECTIONS: Final = 800
"""Connections carried at a time, as many as waitress takes; further ones are closed at once."""
HANDSHAKE_S: Final = 10.0
"""A client that takes longer to begin is dropped, as waitress drops one that takes longer to ask."""
STALLED_S: Final = 60.0
"""A side that takes nothing for so long is dropped."""
CHUNK_BYTES: Final = 64 * 1024


def server_context(certificate: Path) -> ssl.SSLContext:
    """Return the settings of the server's side: TLS 1.2 and 1.3, HTTP/1.1. Raises OSError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    context.load_cert_chain(certificate)
    return context


class Relay:
    """Carries the TLS connections of one listening socket to a Unix socket until it is closed."""

    def __init__(self, listener: socket.socket, context: ssl.SSLContext, upstream: Path) -> None:
        self._listener = listener
        self._context = context
        self._upstream = str(upstream)
        self._open = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop, and drop what is being carried."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            asyncio.start_server(
                self._carry,
                sock=self._listener,
                ssl=self._context,
                ssl_handshake_timeout=HANDSHAKE_S,
                limit=CHUNK_BYTES,
            )
        )
        try:
            self._loop.run_forever()
        finally:
            server.close()
            for task in asyncio.all_tasks(self._loop):
                task.cancel()
            self._loop.run_until_complete(asyncio.sleep(0))
            self._loop.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._open >= MAX_CONNECTIONS:
            writer.transport.abort()
            return
        self._open += 1
        inner: asyncio.StreamWriter | None = None
        try:
            inner_reader, inner = await asyncio.open_unix_connection(self._upstream, limit=CHUNK_BYTES)
            sides = [
                asyncio.ensure_future(_pump(reader, inner)),
                asyncio.ensure_future(_pump(inner_reader, writer)),
            ]
            _, pending = await asyncio.wait(sides, return_when=asyncio.FIRST_COMPLETED)
            for side in pending:
                side.cancel()
            await asyncio.gather(*sides, return_exceptions=True)
        except OSError as error:
            log.warning("relay cannot reach the pages: %s", error)
        finally:
            self._open -= 1
            writer.close()
            if inner is not None:
                inner.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Carry bytes one way until a side ends or stalls."""
    with contextlib.suppress(OSError, TimeoutError, asyncio.TimeoutError):
        while data := await reader.read(CHUNK_BYTES):
            writer.write(data)
            await asyncio.wait_for(writer.drain(), STALLED_S)
