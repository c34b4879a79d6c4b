"""The appliance's side of the sensor's socket, with a sensor that says what it should not."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance import ingest
from appliance.ingest import SensorLink, SensorMismatch, socket_records
from sensor.records import Weird, to_json


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "TICK_S", 0.01)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s"))
        server.listen(1)
        yield server


def framed(message: bytes) -> bytes:
    return struct.pack(">I", len(message)) + message


def lines(first: int, *items: bytes) -> bytes:
    return framed(first.to_bytes(8, "big") + b"".join(item + b"\n" for item in items))


HELLO = framed(json.dumps({"hello": "tattlebox-sensor", "protocol": 1, "run": "r"}).encode())
ONE, TWO = (to_json(Weird(float(n), "test", None, None, None, "")).encode() for n in (1, 2))


def test_a_line_that_is_no_record_becomes_a_loss(server: socket.socket, tmp_path: Path) -> None:
    source = socket_records(tmp_path / "s", lambda: False)
    assert next(source) is None
    client, _ = server.accept()
    with client:
        client.sendall(HELLO + lines(1, b"not a record", ONE))
        found = [item for item in (next(source) for _ in range(4)) if item is not None][:2]
    assert [item.ts for item in found] == [0.0, 1.0]
    assert found[0][2:4] == ("unreadable_record", 1)
    source.close()  # type: ignore[attr-defined]


def test_a_record_that_comes_twice_is_taken_once(server: socket.socket, tmp_path: Path) -> None:
    link = SensorLink(tmp_path / "s", ["r", 1])
    source = link.records(lambda: False)
    assert next(source) is None
    client, _ = server.accept()
    with client:
        client.sendall(HELLO + lines(1, ONE, TWO) + lines(2, TWO))
        found = [item for item in (next(source) for _ in range(5)) if item is not None]
        assert [item.ts for item in found] == [2.0]
        assert link.position == ["r", 2]
        link.stored()
        said = client.recv(1000)
        assert json.loads(said[4:-12])["stored"] == 1
        assert said[-8:] == (2).to_bytes(8, "big")
    source.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("said", [b"{}", b"\xff", b'{"run": "r", "protocol": 2}', b'{"run": 5}'])
def test_another_protocol_is_said_in_a_sentence(server: socket.socket, tmp_path: Path, said: bytes) -> None:
    source = SensorLink(tmp_path / "s").records(lambda: False)
    assert next(source) is None
    client, _ = server.accept()
    with client, pytest.raises(SensorMismatch, match=r"expected"):
        client.sendall(framed(said))
        for _ in range(5):
            next(source)


def test_a_sensor_that_is_away_is_waited_for(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    source = socket_records(tmp_path / "none", lambda: False)
    assert [next(source), next(source)] == [None, None]
    assert len(caplog.records) == 1, "said once"
