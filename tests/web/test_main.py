"""The command: what it serves, and what it says when it cannot."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from appliance.store.database import open_for_writing
from web.__main__ import EXIT_ADDRESS, EXIT_STORE, EXIT_USAGE, main


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "home.sqlite3"
    open_for_writing(path).close()
    return path


def test_no_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--store", str(tmp_path / "none")]) == EXIT_STORE
    assert "tattlebox replay" in capsys.readouterr().err


def test_not_a_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "text"
    path.write_text("not a database, and longer than its header would be " * 9)
    assert main(["--store", str(path)]) == EXIT_STORE
    assert "is not a Tattlebox store" in capsys.readouterr().err


def test_port_in_use(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["--store", str(store), "--port", str(port)]) == EXIT_ADDRESS
    said = capsys.readouterr().err
    assert f"127.0.0.1 port {port} is in use" in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("port", ["-1", "0", "65536", "99999999999"])
def test_no_such_port(store: Path, port: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--store", str(store), "--port", port]) == EXIT_USAGE
    assert "from 1 to 65535" in capsys.readouterr().err


def test_no_such_address(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--store", str(store), "--host", "192.0.2.1"]) == EXIT_ADDRESS
    assert "--host" in capsys.readouterr().err


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "/etc/passwd"])
def test_no_such_zone(store: Path, zone: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--store", str(store), "--zone", zone]) == EXIT_USAGE
    assert "Europe/Paris" in capsys.readouterr().err


def test_serves_until_interrupted(store: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "web", "--store", str(store), "--port", str(port)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    server = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        assert server.stdout is not None
        assert f"http://127.0.0.1:{port}/".encode() in server.stdout.readline()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
            assert answer.status == 200
            assert answer.headers["Server"] is None
            assert b"Welcome to Tattlebox" in answer.read()
        _refuses_large_headers(port)
        server.send_signal(signal.SIGTERM)
        assert server.wait(10) == 0
    finally:
        server.kill()
        server.communicate()


def _refuses_large_headers(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), 5) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 20_000 + b"\r\n\r\n")
        time.sleep(0.2)
        assert b" 431 " in connection.recv(64)
