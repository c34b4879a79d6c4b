from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest

from appliance.cli import inspect, main
from sensor.capture.file import blocks
from sensor.meter import new_meter
from sensor.pipeline import Pipeline
from sensor.records import FlowRecord

SAMPLE = Path(__file__).parents[2] / "captures" / "dns-home.pcap"


def flows() -> list[FlowRecord]:
    pipeline = Pipeline(new_meter())
    found = [*(record for block in blocks(SAMPLE) for record in pipeline.feed(block)), *pipeline.flush()]
    return [record for record in found if isinstance(record, FlowRecord)]


def test_the_filter_of_a_flow() -> None:
    text = inspect.flow_filter(flows()[0])
    assert text.startswith("(ip.addr == 192.168.4.21 && ip.addr == 192.168.4.1 && udp.port == 40001")
    assert "frame.time_epoch >= 1760000000.000000" in text


def test_without_pyshark_it_says_what_to_do(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert main(["inspect", str(SAMPLE)]) == 1
    assert "pip install 'tattlebox[research]'" in capsys.readouterr().err


def test_without_tshark_it_says_what_to_do(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: object())
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert main(["inspect", str(SAMPLE)]) == 1
    assert "apt-get install tshark" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere.pcap"], "no such file"),
        ([__file__], "begins with text"),
        ([str(SAMPLE), "--uid", "Fnone"], "has no flow Fnone"),
    ],
)
def test_what_cannot_be_inspected(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inspect, "_missing", lambda: None)
    assert main(["inspect", *arguments]) == 1
    assert said in capsys.readouterr().err


def test_a_flow_is_printed_packet_by_packet(capfd: pytest.CaptureFixture[str]) -> None:
    if importlib.util.find_spec("pyshark") is None or shutil.which("tshark") is None:
        pytest.skip("pyshark or tshark is not installed: pip install 'tattlebox[research]'")
    assert main(["inspect", str(SAMPLE), "--uid", flows()[0].uid, "--packets", "5"]) == 0
    lines = capfd.readouterr().out.splitlines()
    assert len(lines) == 2 and '"dns.qry.name": "Api.Storybox.example"' in lines[0]
