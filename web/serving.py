"""Listening and serving: waitress with bounds, encrypted by a relay where the pages leave this machine."""

from __future__ import annotations

import gc
import os
import resource
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from waitress.server import create_server  # type: ignore[import-untyped]

MAX_CONNECTIONS: Final = 800
"""Connections at a time: 400 that drip and 200 that listen leave room for a family (threats R18)."""

MAX_FILES: Final = 4_096
"""Open files: an encrypted connection takes three, and there are at most MAX_CONNECTIONS of each sort."""

SERVER: Final[dict[str, Any]] = {
    "threads": 48,
    "connection_limit": MAX_CONNECTIONS,
    "channel_timeout": 10,
    "cleanup_interval": 5,
    "max_request_header_size": 16 * 1024,
    "max_request_body_size": 1024 * 1024,
    "channel_request_lookahead": 1,  # a listener that has gone is noticed while it is being answered
    "asyncore_use_poll": True,  # select() knows no file beyond the 1,024th
    "ident": None,
}
"""With its own defaults waitress answers nobody under 100 dripping connections; with these, everybody."""

PLAIN_THREADS: Final = 8
"""Threads of the unencrypted server beside an encrypted one: it only sends browsers on."""

FIRST_FD: Final = 3
"""Where systemd hands over sockets (sd_listen_fds(3))."""

SWITCH_S: Final = 0.001
"""How long a thread that draws a page goes on while another waits; with Python's own 5 ms a page that is kept
waits for that four times, from its first byte to its last."""

Application = Callable[..., Any]


def handed_over() -> dict[str, socket.socket]:
    """Return the sockets that systemd opened for us, by the name their unit gave them."""
    if os.environ.get("LISTEN_PID") != str(os.getpid()):
        return {}
    names = os.environ.get("LISTEN_FDNAMES", "").split(":")
    count = int(os.environ.get("LISTEN_FDS", "0"))
    return {name: socket.socket(fileno=FIRST_FD + n) for n, name in enumerate(names[:count])}


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)


def serve(
    app: Application, plain: socket.socket, tls: socket.socket | None, certificate: Path | None
) -> None:
    """Serve until Ctrl+C or SIGTERM, which is how systemd asks. Raises OSError for a bad certificate."""
    _allow_files()
    gc.freeze()  # what was loaded stays: a collection walks through pages alone, 2 ms instead of 60
    sys.setswitchinterval(SWITCH_S)
    with ExitStack() as stack:
        stack.callback(plain.close)
        if tls is None or certificate is None:
            server = create_server(app, sockets=[plain], **SERVER)
        else:
            stack.callback(tls.close)
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tattlebox-web-")))
            server = _encrypted(app, folder / "pages.sock", stack, tls, certificate)
            beside = create_server(app, sockets=[plain], **{**SERVER, "threads": PLAIN_THREADS})
            threading.Thread(target=beside.run, name="plain", daemon=True).start()
        stack.callback(server.close)
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            server.run()
        except KeyboardInterrupt:
            return


def _allow_files() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(MAX_FILES, most), most))


def _encrypted(app: Application, path: Path, stack: ExitStack, tls: socket.socket, certificate: Path) -> Any:
    """Return a server of encrypted requests: they come through the relay, and from nowhere else."""
    from web.relay import Relay, server_context  # noqa: PLC0415 - its event loop takes 2 MB

    inner = socket.socket(socket.AF_UNIX)
    inner.bind(str(path))
    inner.listen(MAX_CONNECTIONS)
    server = create_server(app, sockets=[inner], url_scheme="https", **SERVER)
    relay = Relay(tls, server_context(certificate), path)
    stack.callback(relay.close)
    return server
