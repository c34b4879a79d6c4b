"""benchmarks/meter.py: captures that mean what they say, missing programs, a small run from end to end."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from sensor.capture.file import blocks
from sensor.meter import new_meter
from sensor.pipeline import Pipeline

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def make(shape: str, number: int, path: Path) -> Path:
    command = [sys.executable, str(BENCHMARKS / "captures.py"), shape, str(number), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return path


@pytest.fixture(scope="module")
def iot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make("iot", 8_000, tmp_path_factory.mktemp("captures") / "iot.pcap")


def test_what_is_said_is_valid(iot: Path) -> None:
    pipeline = Pipeline(new_meter())
    records = [record for block in blocks(iot) for record in pipeline.feed(block)] + list(pipeline.flush())
    kinds = Counter(type(record).__name__ for record in records)
    assert "Weird" not in kinds and pipeline.stats().packets == 8_000
    said = {"DnsQuery", "DnsAnswer", "TlsClientHello", "TlsServerHello", "TlsCertificate", "HttpRequest"}
    assert said | {"MdnsService", "SsdpAnnouncement", "DhcpRequest", "DhcpAck", "NtpRequest"} <= kinds.keys()
    assert kinds["TlsClientHello"] == kinds["TlsServerHello"]


def test_the_same_command_makes_the_same_bytes(iot: Path, tmp_path: Path) -> None:
    assert make("iot", 8_000, tmp_path / "again.pcap").read_bytes() == iot.read_bytes()


def test_flows_at_once(tmp_path: Path) -> None:
    meter = new_meter()
    for block in blocks(make("flows", 500, tmp_path / "flows.pcap")):
        meter.feed(block)
    assert (meter.stats()["flows"], meter.stats()["packets"]) == (500, 2_000)


def test_a_small_run_prints_its_figures_last(iot: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    command = [sys.executable, str(BENCHMARKS / "meter.py"), str(iot), "--runs", "1", "--peers", "nfstream"]
    command += ["--peer-python", "/nonexistent/python", "--write", str(page)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert "nfstream is not installed: left out" in done.stdout
    names = [line.partition(":")[0] for line in done.stdout.splitlines()[-4:]]
    assert names == ["meter_vs_cat", "meter_packets_per_s", "sensor_packets_per_s", "rss_mb"]
    assert "| replay |" in page.read_text()
