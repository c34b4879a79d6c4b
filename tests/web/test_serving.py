"""The server holds under slow and greedy clients (threats R18), plain and encrypted."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.store.writer import Writer
from tests.web.household import household
from tests.web.served import Served, serving
from tests.web.test_store import stored
from web.api.events import LOOK_S, MAX_LISTENERS
from web.security.authority import AUTHORITY
from web.security.certificate import server_certificate

DRIPPING, LISTENING = 400, 200


def a_store(folder: Path, origin: str) -> Path:
    path = folder / "home.db"
    home = household()
    home.seen = home.seen[-200:]
    stored(home, path)
    writer = Writer(path)
    writer.commit(origin=origin)
    writer.close()
    return path


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(a_store(tmp_path_factory.mktemp("served"), "replay")) as served:
        yield served


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Path]]:
    """A live home on every address: encrypted."""
    folder = tmp_path_factory.mktemp("home")
    with serving(a_store(folder, "live"), "--host", "0.0.0.0") as served:  # noqa: S104
        yield served, folder / "certificate" / AUTHORITY


def get(port: int, path: str = "/", context: ssl.SSLContext | None = None) -> tuple[int, float]:
    """Return the status of a page and how long it took."""
    began = time.monotonic()
    if context is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    else:
        connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=context)
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, time.monotonic() - began


def begun(port: int, text: str, context: ssl.SSLContext | None = None) -> socket.socket:
    plain = socket.create_connection(("127.0.0.1", port), 10)
    connection = plain if context is None else context.wrap_socket(plain, server_hostname="localhost")
    connection.sendall(text.encode())
    return connection


@pytest.mark.slow
def test_dripping_and_listening_clients_starve_nobody(demonstration: Served) -> None:
    port, ask = demonstration.port, "GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n"
    get(port)
    dripping = [begun(port, "GET / HTTP/1.1\r\nHost: loc") for _ in range(DRIPPING)]
    listening = [begun(port, ask) for _ in range(LISTENING)]
    time.sleep(1)
    for connection in dripping:
        connection.sendall(b"a")
    answers = [get(port) for _ in range(10)]
    assert [status for status, _ in answers] == [200] * 10
    assert max(took for _, took in answers) < 1.0
    refused = sum(b" 503 " in connection.recv(64) for connection in listening)
    assert refused == len(listening) - MAX_LISTENERS
    for connection in dripping + listening:
        connection.close()


def test_a_long_body_and_a_long_header_are_refused(demonstration: Served) -> None:
    long = "POST /login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000000\r\n\r\n"
    with begun(demonstration.port, long) as connection:
        assert b" 413 " in connection.recv(64)
    with begun(demonstration.port, "GET / HTTP/1.1\r\nX: " + "x" * 17_000) as connection:
        time.sleep(0.2)
        assert b" 431 " in connection.recv(64)


def test_events_are_sent_and_a_place_is_given_back(demonstration: Served) -> None:
    time.sleep(3 * LOOK_S)  # those of the test before have gone, and are noticed
    for _ in range(MAX_LISTENERS):
        with begun(
            demonstration.port, "GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n"
        ) as connection:
            said = b""
            while b"event: state" not in said:
                said += connection.recv(4096)
            assert b"text/event-stream" in said
            assert b"retry: 5000" in said


def test_a_stranger_needs_no_obstacle_course_to_see_the_demonstration(demonstration: Served) -> None:
    assert get(demonstration.port)[0] == 200
    assert get(demonstration.port, "/api/v1/devices")[0] == 200


def test_a_live_home_is_encrypted_and_its_plain_port_only_sends_on(home: tuple[Served, Path]) -> None:
    served, authority = home
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=10)
    connection.request("GET", "/devices?a=b")
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Location"]) == (
        308,
        f"https://127.0.0.1:{served.https_port}/devices?a=b",
    )
    connection.close()
    assert get(served.port, "/certificate/")[0] == 200
    context = ssl.create_default_context(cafile=authority)
    assert get(served.https_port, "/setup/", context)[0] == 200
    assert get(served.https_port, "/", context)[0] == 302, "the first run comes first"
    assert get(served.https_port, "/api/v1/devices", context)[0] == 401


def test_old_protocols_and_unknown_authorities_fail(home: tuple[Served, Path]) -> None:
    served, _ = home
    with pytest.raises(ssl.SSLCertVerificationError):
        get(served.https_port, "/", ssl.create_default_context())


def test_what_sends_no_hello_holds_up_nobody(home: tuple[Served, Path]) -> None:
    served, authority = home
    context = ssl.create_default_context(cafile=authority)
    silent = [begun(served.https_port, "") for _ in range(100)]
    dripping = [begun(served.https_port, "GET / HT", context) for _ in range(50)]
    answers = [get(served.https_port, "/setup/", context) for _ in range(10)]
    assert [status for status, _ in answers] == [200] * 10
    assert max(took for _, took in answers) < 1.0
    for connection in silent + dripping:
        connection.close()


def test_every_listening_socket_is_on_the_written_list(home: tuple[Served, Path]) -> None:
    served, _ = home
    inodes = set()
    for handle in Path(f"/proc/{served.process.pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            target = str(handle.readlink())
            if target.startswith("socket:["):
                inodes.add(target[8:-1])
    listening = set()
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[9] in inodes and fields[3] in ("0A", "07"):
                listening.add((table, int(fields[1].rpartition(":")[2], 16)))
    assert listening == {("tcp", served.port), ("tcp", served.https_port)}


def test_the_authority_may_speak_for_a_home_alone(tmp_path: Path) -> None:
    now = time.time()
    names = ["tattlebox.local", "192.168.1.7", "[fe80::1]", "bank.example", "8.8.8.8"]
    server = server_certificate(tmp_path / "c", names, now)
    text = subprocess.run(
        ["openssl", "x509", "-in", server, "-noout", "-text"], capture_output=True, text=True, check=True
    ).stdout
    assert "DNS:tattlebox.local, IP Address:192.168.1.7" in text
    assert "bank.example" not in text
    assert "8.8.8.8" not in text
    verify = ["openssl", "verify", "-CAfile", tmp_path / "c" / AUTHORITY, server]
    assert subprocess.run(verify, capture_output=True, check=False).returncode == 0
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "c").iterdir()} == {0o600}


def test_a_certificate_is_kept_until_it_ends_or_a_name_is_new(tmp_path: Path) -> None:
    now = time.time()
    folder = tmp_path / "c"
    first = server_certificate(folder, ["tattlebox.local"], now).read_bytes()
    assert server_certificate(folder, ["tattlebox.local"], now + 86_400).read_bytes() == first
    assert server_certificate(folder, ["tattlebox.local", "10.0.0.1"], now).read_bytes() != first
    second = (folder / "server.pem").read_bytes()
    assert server_certificate(folder, ["tattlebox.local"], now + 380 * 86_400).read_bytes() != second
