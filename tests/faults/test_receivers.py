"""Every kind of receiver, and every way in which it fails: the health page says it, nothing is lost."""

from __future__ import annotations

import errno
import functools
import json
import os
import socketserver
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from appliance.cli import main
from appliance.delivery.consumer import Send
from appliance.notify import uploads
from appliance.notify.carrier import carry
from appliance.notify.courier import Courier
from appliance.notify.postman import Postman
from appliance.notify.uploads import Turn, Uploads
from appliance.sinks.pump import Pump, spool_of
from appliance.store.book import Book
from appliance.store.channels import Channels
from appliance.store.reader import Reader
from appliance.store.studies import place_of
from tests.appliance.notify import home
from tests.appliance.notify.receivers import Hook, Silent, certificate, free_port, wait_for
from tests.appliance.research import made
from tests.web.conftest import dashboard
from web.security.house import House

SLOW_S: Final = 3.0
"""What a delivery may take here, instead of a minute."""

HEALTH: Final = "/settings/health"
SECRET: Final = "a secret of the tests"  # noqa: S105
KINDS: Final = ("apprise", "mqtt", "mail", "webhook", "influxdb", "study")
DAYS: Final = 3


class Drip(socketserver.ThreadingTCPServer):
    """Answers for ever, a byte at a time, and never to an end."""

    daemon_threads = True

    def __init__(self) -> None:
        self.over = threading.Event()
        super().__init__(("127.0.0.1", 0), _Dripping)
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        self.over.set()
        self.shutdown()
        self.server_close()


class _Dripping(socketserver.BaseRequestHandler):
    server: Drip

    def handle(self) -> None:
        while not self.server.over.wait(0.1):
            try:
                self.request.send(b"2")
            except OSError:
                return


class Talk(socketserver.ThreadingTCPServer):
    """Says what it says to each piece that it is told."""

    daemon_threads = True

    def __init__(self, greeting: bytes, answers: Callable[[bytes], bytes]) -> None:
        self.greeting, self.answers = greeting, answers
        super().__init__(("127.0.0.1", 0), _Talking)
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        self.shutdown()
        self.server_close()


class _Talking(socketserver.BaseRequestHandler):
    server: Talk

    def handle(self) -> None:
        self.request.sendall(self.server.greeting)
        while heard := self.request.recv(4096):
            self.request.sendall(self.server.answers(heard))


def smtp_answer(heard: bytes) -> bytes:
    """Offer a log-in, and refuse whoever tries it."""
    if heard.upper().startswith(b"EHLO"):
        return b"250-here\r\n250 AUTH PLAIN\r\n"
    return b"535 5.7.8 no\r\n" if heard.upper().startswith(b"AUTH") else b"250 ok\r\n"


def refusing(kind: str) -> Any:
    """Return a receiver that knows nobody by this password or token."""
    if kind == "mail":
        return Talk(b"220 here\r\n", smtp_answer)
    if kind == "mqtt":
        return Talk(b"", lambda _: bytes((0x20, 2, 0, 5)))  # CONNACK, not authorised: MQTT 3.1.1 §3.2.2.3
    hook = Hook()
    hook.check = lambda *_: 401
    return hook


def untrusted(folder: Path) -> Hook:
    """Return a receiver with a certificate that nobody signed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate(folder, "localhost"))
    return Hook(tls=context)


class Sending:
    """A home with one receiver of a kind: something is to be sent to it."""

    def __init__(self, folder: Path, kind: str, port: int, *, tls: bool = False) -> None:
        self.path, self.kind = made.home(folder / "home.db", days=DAYS), kind
        self.channels = Channels(Book(self.path))
        self.now = made.START + DAYS * made.DAY_S + 7_200.0
        web, host = "https" if tls else "http", f"127.0.0.1:{port}"
        settings: dict[str, dict[str, str]] = {
            "apprise": {"url": f"ntfy{'s' * tls}://tk_{'x' * 29}@{host}/toys"},
            "mqtt": {"host": "127.0.0.1", "port": str(port), "tls": "yes" if tls else "no", "user": "toy"},
            "mail": {
                "host": "127.0.0.1",
                "port": str(port),
                "security": "tls" if tls else "none",
                "user": "a",
            },
            "webhook": {"url": f"{web}://{host}/hook", "secret": SECRET},
            "influxdb": {"url": f"{web}://{host}", "token": SECRET, "org": "home", "bucket": "toys"},
        }
        settings["mail"] |= {"password": SECRET, "from": "box@home.example", "to": "anna@home.example"}
        settings["mqtt"] |= {"password": SECRET}
        if kind == "study":
            self._join(folder, f"{web}://{host}/dolls")
        else:
            home.add(
                self.channels,
                kind,
                "it",
                settings[kind],
                int(made.START // 60) if kind == "influxdb" else None,
            )
            home.alert(self.channels, 1)

    def _join(self, folder: Path, upload: str) -> None:
        profile = folder / "profile.json"
        profile.write_text(json.dumps(made.PROFILE | {"upload": upload}))
        joined = ["study", "join", str(profile), "--yes", "--from", "2024-10-04", "--store", str(self.path)]
        assert main(joined) == 0
        Uploads(self.path).turn_on("dolls")

    def try_once(self, send: Send) -> None:
        """Let it be sent, by `send`."""
        if self.kind == "study":
            Turn(self.path).step(time.time())
        elif self.kind == "influxdb":
            Pump("it", self.channels, send).step(self.now)
        else:
            Courier("it", self.channels, send).step(self.now)

    def waits(self) -> bool:
        """Return whether what is to be sent is still there."""
        if self.kind == "study":
            outbox = Uploads(self.path).standing("dolls")
            return outbox is not None and (outbox.place, outbox.delivered) == (made.FIRST_DAY, 0)
        if self.kind == "influxdb":
            return spool_of(self.channels, self.channels.get("it")).first() is not None
        with Reader(self.path) as reader:
            return next(one for one in reader.deliveries(self.now) if one.name == "it").waiting == 1

    def page(self, language: str = "en") -> str:
        """Return the text of the health page."""
        house = House.of(Book(self.path), demonstration=True)
        with Reader(self.path) as reader:
            client = dashboard(reader, house=house).test_client()  # type: ignore[arg-type]
            return str(client.get(HEALTH, headers={"Accept-Language": language}).text)


WRONG: Final = {
    "apprise": "refuses the token or password",
    "mqtt": "refuses user name or password",
    "mail": "refuses user name or password",
    "webhook": "refuses the token or password",
    "influxdb": "refuses the token or password",
    "study": "refuses the token or password",
}
UNTRUSTED: Final = dict.fromkeys(KINDS, "cannot be trusted")
AWAY: Final = dict.fromkeys(KINDS, "cannot be reached")
GONE: Final = dict.fromkeys(KINDS, "accepted the connection and hung up")
SLOW: Final = dict.fromkeys(KINDS, "the receiver answers too slowly")

FAULTS: Final = {"token": WRONG, "certificate": UNTRUSTED, "unreachable": AWAY, "dropped": GONE, "slow": SLOW}
CASES: Final = [(kind, fault) for kind in KINDS for fault in FAULTS]


@pytest.fixture
def receiver(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[int]:
    """A receiver with the fault of a case; its port."""
    kind, fault = request.node.callspec.params["kind"], request.node.callspec.params["fault"]
    makers: dict[str, Callable[[], Any]] = {
        "token": lambda: refusing(kind),
        "certificate": lambda: untrusted(tmp_path),
        "dropped": Silent,
        "slow": Drip,
    }
    if fault == "unreachable":
        yield free_port()
        return
    server = makers[fault]()
    yield server.port
    stop = getattr(server, "stop", server.shutdown)
    stop()


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")
@pytest.mark.parametrize(("kind", "fault"), CASES)
def test_each_fault_of_each_receiver_is_said_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, receiver: int, kind: str, fault: str
) -> None:
    monkeypatch.setattr(uploads, "DEADLINE_S", SLOW_S if fault == "slow" else 60.0)
    monkeypatch.setattr("appliance.notify.mqtt.TIMEOUT_S", 2.0)
    sending = Sending(tmp_path, kind, receiver, tls=fault == "certificate")
    sending.try_once(functools.partial(carry, deadline_s=SLOW_S) if fault == "slow" else home.send)
    shown, french = sending.page(), sending.page("fr")
    assert FAULTS[fault][kind] in shown
    assert FAULTS[fault][kind] not in french
    assert SECRET not in shown
    assert sending.waits()


def test_slow_receivers_slow_no_other(tmp_path: Path) -> None:
    """Three answer for ever, each until its deadline: in a row the fourth would wait for minutes."""
    drips, hook, stop = [Drip() for _ in range(3)], Hook(), threading.Event()
    sending = Sending(tmp_path, "webhook", drips[0].port)
    for n, drip in enumerate(drips[1:]):
        home.hook(sending.channels, drip.port, f"slow {n}")
    home.hook(sending.channels, hook.port, "zz works")
    home.alert(sending.channels, 2)
    postman = Postman(sending.path, functools.partial(carry, deadline_s=40.0))
    thread = threading.Thread(target=postman.run, args=(stop,), daemon=True)
    thread.start()
    try:
        wait_for(lambda: hook.got, 40.0)
    finally:
        for drip in drips:
            drip.stop()
        stop.set()
        thread.join(30.0)
        hook.stop()


@pytest.mark.parametrize("kind", ["webhook", "influxdb"])
def test_memory_that_is_refused_is_said_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    small = tmp_path / "python"
    small.write_text(f'#!/bin/sh\nulimit -v 20000\nexec {sys.executable} "$@"\n')
    small.chmod(0o755)
    hook = Hook()
    sending = Sending(tmp_path, kind, hook.port)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "executable", str(small))
        sending.try_once(carry)
    assert "said nothing: is memory full?" in sending.page()
    assert sending.waits()
    hook.stop()


def test_a_spool_that_the_disk_refuses_is_said_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sending = Sending(tmp_path, "influxdb", free_port())

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        sending.try_once(home.send)
    assert "No space left on device; free some space" in sending.page()
    assert "libérez de la place" in sending.page("fr")
    Pump("it", sending.channels, home.send).step(sending.now + 3_600)
    assert sending.waits()


def test_a_study_is_known_by_its_place(tmp_path: Path) -> None:
    sending = Sending(tmp_path, "study", free_port())
    assert place_of("dolls") in sending.page()
