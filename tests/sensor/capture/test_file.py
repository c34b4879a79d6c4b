"""Files → blocks, and one sentence for each file that is no capture."""

from __future__ import annotations

import gzip
import math
import os
from pathlib import Path
from threading import Thread

import pytest

from sensor.capture.file import (
    BLOCK_BYTES,
    CaptureEmpty,
    CaptureError,
    CaptureMissing,
    CaptureUnreadable,
    NotACapture,
    blocks,
    first_ts,
)
from sensor.meter import new_meter
from sensor.records import FlowRecord, Loss
from tests.sensor.meter import frames as f

FRAME = f.up(f.SYN)
CAPTURE = f.pcap(FRAME, FRAME)
PCAPNG = f.section() + f.interface() + f.enhanced(FRAME, (f.START_S + 1) * 10**6)


def test_a_small_file_is_two_blocks(tmp_path: Path) -> None:
    path = tmp_path / "a.pcap"
    path.write_bytes(CAPTURE)
    got = [(bytes(block.data), *block[1:]) for block in blocks(path)]
    assert got == [(CAPTURE, "pcap", True, False, ""), (b"", "pcap", False, True, "")]


def test_memory_does_not_grow_with_what_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "a.pcap.gz"
    path.write_bytes(gzip.compress(f.pcap(*[bytes(60_000)] * 60), 1))
    buffers = {id(block.data.obj) for block in blocks(path) if isinstance(block.data, memoryview)}
    assert len(buffers) == 1
    assert all(len(block.data) <= BLOCK_BYTES for block in blocks(path))


@pytest.mark.parametrize("data", [CAPTURE, PCAPNG], ids=["pcap", "pcapng"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_files_become_flows(tmp_path: Path, data: bytes, pack: type[bytes]) -> None:
    path = tmp_path / "a"
    path.write_bytes(pack(data))
    meter = new_meter()
    items = [*(item for block in blocks(path) for item in meter.feed(block)), *meter.flush()]
    assert [type(item) for item in items] == [FlowRecord]
    assert first_ts(path) == f.START_S + 1


def test_a_damaged_gzip_gives_what_it_can(tmp_path: Path) -> None:
    path = tmp_path / "a.pcap.gz"
    path.write_bytes(gzip.compress(f.pcap(*[f.up(f.PSH, os.urandom(400), n) for n in range(50)]))[:-2000])
    meter = new_meter()
    items = [*(item for block in blocks(path) for item in meter.feed(block)), *meter.flush()]
    loss, flow = [item for item in items if isinstance(item, (Loss, FlowRecord))]
    assert isinstance(flow, FlowRecord)
    assert isinstance(loss, Loss)
    assert loss.kind == "truncated_file"
    assert "gzip" in loss.detail
    assert flow.orig_pkts > 30


def test_a_capture_without_packets_sorts_last(tmp_path: Path) -> None:
    path = tmp_path / "a.pcap"
    path.write_bytes(f.pcap())
    assert first_ts(path) == math.inf


def test_a_pipe_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = Thread(target=path.write_bytes, args=(CAPTURE,))
    writer.start()
    assert b"".join(bytes(block.data) for block in blocks(path)) == CAPTURE
    writer.join()


WRONG = [
    pytest.param(b"", CaptureEmpty, "empty", id="empty"),
    pytest.param(b"ts,uid,bytes\n1,2,3\n", NotACapture, "text", id="text"),
    pytest.param(b"\x7fELF\x02\x01\x01\0", NotACapture, "7f 45 4c 46", id="a program"),
    pytest.param(b"\x28\xb5\x2f\xfd\x04\x58", NotACapture, "zstd", id="zstd"),
    pytest.param(b"btsnoop\0\0\0\0\1", NotACapture, "Bluetooth", id="HCI"),
    pytest.param(gzip.compress(b"hello"), NotACapture, "text", id="gzip of text"),
    pytest.param(gzip.compress(b""), CaptureEmpty, "empty", id="gzip of nothing"),
    pytest.param(b"\x1f\x8b\x08\0", NotACapture, "gzip", id="half a gzip header"),
]


@pytest.mark.parametrize(("data", "kind", "word"), WRONG)
def test_one_sentence_for_what_is_no_capture(
    tmp_path: Path, data: bytes, kind: type[CaptureError], word: str
) -> None:
    path = tmp_path / "wrong"
    path.write_bytes(data)
    for read in (lambda: list(blocks(path)), lambda: first_ts(path)):
        with pytest.raises(kind) as caught:
            read()
        assert str(path) in str(caught.value)
        assert word in str(caught.value)
        assert "\n" not in str(caught.value)


def test_missing_and_directory(tmp_path: Path) -> None:
    with pytest.raises(CaptureMissing, match="no such file"):
        list(blocks(tmp_path / "nowhere.pcap"))
    with pytest.raises(CaptureUnreadable, match="directory"):
        list(blocks(tmp_path))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission(tmp_path: Path) -> None:
    path = tmp_path / "secret.pcap"
    path.write_bytes(CAPTURE)
    path.chmod(0)
    with pytest.raises(CaptureUnreadable, match="permission"):
        list(blocks(path))
