"""Real receivers on loopback for tests: HTTP servers that can fail in every way, a broker, certificates."""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import socketserver
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

MOSQUITTO = shutil.which("mosquitto") or shutil.which("/usr/sbin/mosquitto")
needs_mosquitto = pytest.mark.skipif(MOSQUITTO is None, reason="mosquitto is not installed")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


class Hook(ThreadingHTTPServer):
    """An HTTP receiver. `answers` are used up one a request, then every request is taken."""

    daemon_threads = True

    def __init__(self, port: int = 0, tls: Any = None) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[tuple[int | str, dict[str, str]]] = []
        self.check: Callable[[str, dict[str, str], bytes], int] = lambda path, headers, body: 200
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.got]

    def stop(self) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: Hook

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if len(body) < length:
            return  # the sender was killed on the way: nothing was received
        headers = dict(self.headers.items())
        status, more = self.server.answers.pop(0) if self.server.answers else (0, {})
        if status == "hang up":
            self.server.got.append((headers, body))
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        if status == "drip":
            for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 10_000:
                self.wfile.write(bytes([byte]))
                time.sleep(0.1)
            return
        code = int(status) or self.server.check(self.path, headers, body)
        if code < 300:
            self.server.got.append((headers, body))
        self.send_response(code)
        for name, value in more.items():
            self.send_header(name, value)
        answer = b'{"id": "x"}'
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_PUT = do_POST

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@contextlib.contextmanager
def broker(folder: Path, port: int = 0, password: str | None = None) -> Iterator[int]:
    """Run mosquitto; give its port."""
    assert MOSQUITTO
    port = port or free_port()
    lines = [f"listener {port} 127.0.0.1", "persistence false", "log_type none", "user root"]
    if password is None:
        lines.append("allow_anonymous true")
    else:
        file = folder / "passwords"
        file.write_text(f"toy:{password}\n")
        subprocess.run(
            [shutil.which("mosquitto_passwd") or "/usr/bin/mosquitto_passwd", "-U", file], check=True
        )
        lines += ["allow_anonymous false", f"password_file {file}"]
    config = folder / "mosquitto.conf"
    config.write_text("\n".join(lines) + "\n")
    process = subprocess.Popen(
        [MOSQUITTO, "-c", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(lambda: _listens(port))
        yield port
    finally:
        process.terminate()
        process.wait()


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
        return True
    return False


def wait_for(what: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait until something is so."""
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)


class Silent(socketserver.ThreadingTCPServer):
    """Accepts and hangs up."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), socketserver.BaseRequestHandler)
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()


def certificate(folder: Path, name: str = "localhost") -> tuple[Path, Path]:
    """Make a certificate for a name and its key; it is its own authority."""
    cert, key = folder / f"{name}.pem", folder / f"{name}.key"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
    ]
    command += ["-days", "2", "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"]
    subprocess.run([*command, "-keyout", key, "-out", cert], check=True, capture_output=True)
    return cert, key
