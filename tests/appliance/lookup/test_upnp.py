"""Asking a device for its description: only where it was announced, in bounds, in time."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from appliance.devices.upnp import MAX_BYTES, Description
from appliance.lookup import upnp
from appliance.lookup.upnp import DescriptionReader, Place, fetch, place
from tests.appliance.devices.samples import ssdp

DOCUMENT = (
    b"<?xml version='1.0'?><root xmlns='urn:schemas-upnp-org:device-1-0'><device>"
    b"<manufacturer>Sonos, Inc.</manufacturer><modelName>Sonos One</modelName></device></root>"
)


@pytest.mark.parametrize(
    ("location", "wanted"),
    [
        ("http://192.168.1.20:1400/xml/device.xml?a=1", Place("192.168.1.20", 1400, "/xml/device.xml?a=1")),
        ("http://192.168.1.20", Place("192.168.1.20", 80, "/")),
        ("https://192.168.1.20/x", None),
        ("http://192.168.1.21/x", None),  # another device
        ("http://user@192.168.1.20/x", None),
        ("http://router.example/x", None),
        ("http://192.168.1.20:99999/x", None),
        ("http://192.168.1.20/a b\r\nHost: x", None),
        ("file:///etc/passwd", None),
        ("http://[", None),
        ("", None),
    ],
)
def test_only_the_announcing_address_is_asked(location: str, wanted: Place | None) -> None:
    assert place(location, "192.168.1.20") == wanted


def test_nobody_outside_the_home_is_asked() -> None:
    assert place("http://198.51.100.7/x", "198.51.100.7") is None
    assert place("http://127.0.0.1/x", "127.0.0.1") is None


@contextlib.contextmanager
def device(answer: bytes, pause_s: float = 0.0) -> Iterator[tuple[str, list[bytes]]]:
    """Serve bytes to one connection; yield the location and the requests that came."""
    asked: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with contextlib.suppress(OSError):
            connection, _ = listener.accept()
            with connection:
                asked.append(connection.recv(4096))
                for start in range(0, len(answer), 4096):
                    connection.sendall(answer[start : start + 4096])
                    time.sleep(pause_s)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/d.xml", asked
    listener.close()
    thread.join(5)


@pytest.fixture
def loopback_is_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the loopback stand for the home's network, which a test has not."""
    monkeypatch.setattr(upnp, "is_home_range", lambda address: address == "127.0.0.1")


def answer(body: bytes, status: bytes = b"200 OK", headers: bytes = b"") -> bytes:
    return b"HTTP/1.1 " + status + b"\r\nConnection: close\r\n" + headers + b"\r\n" + body


@pytest.mark.usefixtures("loopback_is_home")
def test_a_description_is_read() -> None:
    with device(answer(DOCUMENT)) as (location, asked):
        assert fetch(location, "127.0.0.1") == Description("Sonos, Inc.", "Sonos One", None, None, None)
    assert asked[0].startswith(b"GET /d.xml HTTP/1.1\r\n")
    assert b"User-Agent" not in asked[0]


@pytest.mark.usefixtures("loopback_is_home")
@pytest.mark.parametrize(
    ("what", "bytes_sent"),
    [
        ("a redirect", answer(b"", b"302 Found", b"Location: http://127.0.0.1:1/\r\n")),
        ("an error", answer(DOCUMENT, b"500 No")),
        ("too long", answer(DOCUMENT + b" " * MAX_BYTES)),
        ("no HTTP", b"\x00\xff" * 40),
        ("endless headers", b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 2_000),
        ("nothing", b""),
        ("cut short", b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n<root>"),
        ("a lie about its length", b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n" + DOCUMENT[:50]),
    ],
)
def test_anything_else_is_left_alone(what: str, bytes_sent: bytes) -> None:
    with device(bytes_sent) as (location, _):
        assert fetch(location, "127.0.0.1") is None, what


@pytest.mark.usefixtures("loopback_is_home")
@pytest.mark.parametrize("sent", [answer(b" " * 60_000), b"HTTP/1.1 200 OK\r\n" + b"X: yyyyyyyy\r\n" * 5_000])
def test_a_device_that_trickles_does_not_hold_us(monkeypatch: pytest.MonkeyPatch, sent: bytes) -> None:
    monkeypatch.setattr(upnp, "TOTAL_S", 0.1)
    with device(sent, pause_s=0.05) as (location, _):
        start = time.monotonic()
        assert fetch(location, "127.0.0.1") is None
        assert time.monotonic() - start < 1.0


@pytest.mark.usefixtures("loopback_is_home")
def test_each_announcement_is_asked_about_once() -> None:
    told: list[tuple[str, Description, float]] = []
    reader = DescriptionReader(lambda *found: told.append(found))
    with device(answer(DOCUMENT)) as (location, asked):
        record = ssdp(host="127.0.0.1", location=location)
        for _ in range(3):
            reader.note(record)
        reader.note(record._replace(kind="search"))
        until = time.monotonic() + 5
        while not told and time.monotonic() < until:
            reader.report()
            time.sleep(0.01)
    assert [found[0] for found in told] == ["127.0.0.1"]
    assert len(asked) == 1
