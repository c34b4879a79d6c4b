"""The sample log gives the records beside it, and tshark reads the same advertisers and answers in it."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from sensor.offline import bluetooth_records
from sensor.records import BleAdvertisement, InquiryResult
from tests.captures.make_bluetooth import SAMPLE, lines


def test_the_sample_gives_the_records_beside_it():
    assert lines() == SAMPLE.with_suffix(".jsonl").read_text().splitlines()


@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")
def test_tshark_sees_the_same_devices():
    fields = [
        "-T",
        "fields",
        "-e",
        "bthci_evt.bd_addr",
        "-Y",
        "bthci_evt.code == 0x2f || bthci_evt.code == 0x3e",
    ]
    command = ["tshark", "-r", str(SAMPLE), *fields]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    seen = {address for line in told.splitlines() for address in line.split(",") if address}
    read = {r.address for r in bluetooth_records(SAMPLE) if isinstance(r, BleAdvertisement | InquiryResult)}
    assert read == seen and len(read) > 15
