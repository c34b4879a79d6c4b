from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sensor.capture import btsnoop
from sensor.capture.file import CaptureError
from sensor.offline import bluetooth_records
from sensor.records import BleAdvertisement, Loss
from tests.sensor.bluetooth.events import WATCH, legacy

TS = 1_760_000_000.25
EPOCH_US = 0x00DCDDB30F2F8000


def log(*packets: tuple[int, bytes], link: int = 1002, version: int = 1) -> bytes:
    """Return a log of (flags, bytes), a second apart."""
    out = b"btsnoop\0" + struct.pack(">II", version, link)
    for number, (flags, data) in enumerate(packets):
        micro = EPOCH_US + round((TS + number) * 1e6)
        out += struct.pack(">IIIIq", len(data), len(data), flags, 0, micro) + data
    return out


@pytest.mark.parametrize(
    ("link", "flags", "cut"), [(1002, 3, 0), (1001, 3, 1), (2001, 3, 1), (2001, 0x10003, 1)]
)
def test_every_data_link(tmp_path: Path, link: int, flags: int, cut: int) -> None:
    path = tmp_path / "log"
    path.write_bytes(log((flags, legacy(WATCH, b"")[cut:]), (0, b"\x01\x03\x0c\0"[cut:]), link=link))
    (found,) = bluetooth_records(path)
    assert isinstance(found, BleAdvertisement) and (found.ts, found.address) == (TS, WATCH)
    assert btsnoop.first_ts(path) == TS


@pytest.mark.parametrize("data", [b"", b"btsnoop\0", b"\0" * 40, log(link=1003), log(version=2)])
def test_other_files_are_refused_with_a_sentence(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "log"
    path.write_bytes(data)
    with pytest.raises(CaptureError, match="expected"):
        list(bluetooth_records(path))


@pytest.mark.parametrize("tail", [b"\0", struct.pack(">IIIIq", 9, 9, 3, 0, EPOCH_US) + b"four", b"\xff" * 24])
def test_a_log_that_ends_early_keeps_what_came_before(tmp_path: Path, tail: bytes) -> None:
    path = tmp_path / "log"
    path.write_bytes(log((3, legacy(WATCH, b""))) + tail)
    advertisement, loss = bluetooth_records(path)
    assert isinstance(advertisement, BleAdvertisement)
    assert isinstance(loss, Loss) and loss.kind == "truncated_file"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_any_bytes_behind_the_head_end(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "log"
    path.write_bytes(log() + data)
    assert len(list(bluetooth_records(path))) <= 9
