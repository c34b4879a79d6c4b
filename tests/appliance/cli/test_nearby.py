"""`tattlebox nearby` from the radio to the store: emulated toys are found, adopted, judged and forgotten."""

from __future__ import annotations

import asyncio
import json
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.cli import main
from appliance.devices.identity import device_id
from appliance.nearby import NearbyError, look
from appliance.store.book import Book
from appliance.store.nearby import NearbyBook
from appliance.store.reader import Reader
from sensor.capture.btsnoop import _EPOCH_US
from tests.sensor.bluetooth.radio import CAYLA, GOOD_TOY, I_QUE, ORDINARY, commands, search
from tests.sensor.capture import test_bluetooth as mocked
from tests.sensor.capture.bluez import bluez

SEARCHES = {0x0401, 0x0402, 0x2041, 0x2042, 0x200B, 0x200C}
"""Inquiry and its end, parameters and switch of an LE scan (Core Vol 4 Part E §7.1, §7.8)."""


def only_sets_up(opcode: int) -> bool:
    """Whether a command only sets the controller up or asks it for what it can do (§7.3, §7.4, §7.8.1-9)."""
    group = opcode >> 10
    return group in (3, 4) or opcode in {
        0x2001,
        0x2002,
        0x2003,
        0x2005,
        0x2023,
        0x2024,
        0x202E,
        0x202F,
        0x2060,
    }


@pytest.fixture(scope="module")
def replayed(tmp_path_factory) -> Path:
    store = tmp_path_factory.mktemp("nearby") / "home.db"
    capture = Path(__file__).parents[2] / "captures" / "dns-answers.pcap"
    capture = capture if capture.exists() else next(capture.parent.glob("dns-*.pcap"))
    assert main(["replay", "--store", str(store), str(capture)]) == 0
    return store


@pytest.fixture
def store(replayed, tmp_path) -> Path:
    copy = tmp_path / "home.db"
    copy.write_bytes(replayed.read_bytes())
    return copy


def rows(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


@pytest.mark.parametrize("seed", range(20))
def test_emulated_toys_are_found_and_nothing_else_is_accused(seed, tmp_path, capsys):
    """Twenty searches with other addresses and another crowd; what was sent stands in the radio's log."""
    log = tmp_path / "search.btsnoop"
    crowd = random.Random(seed).sample(ORDINARY, 8) if seed else ORDINARY
    asyncio.run(search((CAYLA, I_QUE, GOOD_TOY, *crowd), log, seed))
    assert main(["nearby", "look", "--log", str(log), "--store", str(tmp_path / "none.db"), "--json"]) == 0
    found = {row["name"]: row for row in rows(capsys.readouterr().out)}
    for toy in (CAYLA, I_QUE):
        assert found[toy.name]["reported"] and "microphone" in found[toy.name]["offers"]
    assert {name for name, row in found.items() if row["reported"]} == {CAYLA.name, I_QUE.name}
    sent = commands(log.read_bytes())
    assert SEARCHES & set(sent) and -1 not in sent
    assert [hex(opcode) for opcode in sent if opcode not in SEARCHES and not only_sets_up(opcode)] == []
    assert not (tmp_path / "none.db").exists(), "what is nobody's is written nowhere"


def shifted(log: bytes, hours: float) -> bytes:
    """Return a log as if it had been taken some hours later."""
    out, at = bytearray(log[:16]), 16
    while at < len(log):
        size = int.from_bytes(log[at + 4 : at + 8], "big")
        micro = int.from_bytes(log[at + 16 : at + 24], "big") + int(hours * 3_600_000_000)
        out += log[at : at + 16] + micro.to_bytes(8, "big") + log[at + 24 : at + 24 + size]
        at += 24 + size
    assert int.from_bytes(out[32:40], "big") > _EPOCH_US
    return bytes(out)


def test_a_toy_is_adopted_judged_over_three_looks_and_forgotten(store, tmp_path, capsys):
    doll = CAYLA._replace(name="Talking doll")
    log = tmp_path / "0.btsnoop"
    asyncio.run(search((doll, I_QUE), log))
    assert main(["nearby", "look", "--log", str(log), "--store", str(store), "--json"]) == 0
    address = next(str(row["address"]) for row in rows(capsys.readouterr().out) if row["name"] == doll.name)
    adopt = ["nearby", "adopt", address, "--log", str(log), "--store", str(store), "--name", "Attic doll"]
    assert main(adopt) == 0
    device = device_id(address)
    for n in (1, 2):
        later = tmp_path / f"{n}.btsnoop"
        later.write_bytes(shifted(log.read_bytes(), 2 * n))
        assert "bluetooth_open" not in codes(store, device)
        assert main(["nearby", "look", "--log", str(later), "--store", str(store)]) == 0
        assert main(["category", device, "toy", "--store", str(store)]) == 0  # any word settles a replay
    assert "bluetooth_open" in codes(store, device)
    with Reader(store) as reader:
        record = reader.device(device)
        assert record is not None and (record.name, record.category) == ("Attic doll", "toy")
        [alert] = [alert for alert in reader.alerts(device) if alert.kind == "bluetooth_open"]
        assert "Attic doll" in alert.text
    capsys.readouterr()
    assert main(["nearby", "list", "--store", str(store), "--json"]) == 0
    assert [row["address"] for row in rows(capsys.readouterr().out)] == [address]
    assert main(["forget", device, "--yes", "--store", str(store)]) == 0
    book = Book(store)
    assert NearbyBook(book).adopted() == {} and NearbyBook(book).heard(device) == []
    book.close()


def codes(store: Path, device: str) -> list[str]:
    with Reader(store) as reader:
        return [finding.code for finding in reader.findings(device)]


def test_of_what_is_not_adopted_nothing_is_kept(store, tmp_path):
    log = tmp_path / "search.btsnoop"
    asyncio.run(search((CAYLA, I_QUE), log))
    assert main(["nearby", "look", "--log", str(log), "--store", str(store)]) == 0
    for path in store.parent.iterdir():
        if path.name.startswith("home.db"):
            assert b"Cayla" not in path.read_bytes() and b"i-QUE" not in path.read_bytes()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nearby", "adopt", "nonsense"], "expected one like"),
        (["nearby", "adopt", "00:11:22:33:44:55", "--category", "wheel"], "read the category"),
        (["nearby", "look", "--seconds", "99"], "at most 30"),
        (["nearby", "look", "--socket", "/nonexistent/sock"], "is tattlebox-nearby.service running"),
        (["nearby", "look", "--log", "/nonexistent"], "cannot read"),
    ],
)
def test_what_is_wrong_is_one_sentence(words, sentence, store, capsys):
    assert main([*words, "--store", str(store)]) == 1
    error = capsys.readouterr().err
    assert sentence in error and error.count("\n") == 1


def listens(place: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as asking:
        return asking.connect_ex(str(place)) == 0


@pytest.fixture
def service(tmp_path) -> Iterator[Path]:
    """`tattlebox-nearby` over a mocked BlueZ."""
    with bluez(tmp_path, (mocked.CAYLA, mocked.NEIGHBOUR)) as bus:
        place = tmp_path / "nearby.sock"
        command = [sys.executable, "-m", "sensor.nearby", "--socket", str(place), "--bus", bus.bus]
        process = subprocess.Popen(command)
        end = time.monotonic() + 30
        while process.poll() is None and time.monotonic() < end and not listens(place):
            time.sleep(0.02)
        yield place
        process.terminate()
        process.wait(10)


@mocked.needs_bluez
def test_the_service_answers_with_what_is_near(service, store, capsys):
    command = ["nearby", "look", "--socket", str(service), "--seconds", "0.3", "--store", str(store)]
    assert main(command) == 0
    told = capsys.readouterr().out
    assert "My friend Cayla" in told and "public reports said" in told and "next door" not in told


@mocked.needs_bluez
@pytest.mark.parametrize(
    "question", [b"", b"\n", b"x" * 5000, b'{"seconds": -1}\n', b'{"seconds": "x"}\n', b"[" * 150 + b"\n"]
)
def test_the_service_stands_odd_questions(service, question):
    with socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(20)
        asking.connect(str(service))
        asking.sendall(question)
        asking.shutdown(socket.SHUT_WR)
        answer = asking.recv(4096)
    assert answer == b"" or b"error" in answer
    assert len(look(service, 0.2)) == 1, "and goes on"


def test_an_answer_that_is_none_is_refused(tmp_path):
    place = tmp_path / "odd.sock"
    for said in (b"", b"nonsense\n", b'{"type":"weird"}\n', b'{"error":"no radio"}\n'):
        server = socket.socket(socket.AF_UNIX)
        place.unlink(missing_ok=True)
        server.bind(str(place))
        server.listen(1)

        def answer(server: socket.socket = server, said: bytes = said) -> None:
            client, _ = server.accept()
            client.recv(100)
            client.sendall(said)
            client.close()

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(NearbyError):
            look(place, 1.0)
        thread.join(10)
        server.close()
