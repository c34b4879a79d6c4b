"""The short run: what docs/fuzzing.md promises, on fewer packets. The long one is `scripts/fuzz`."""

from __future__ import annotations

import subprocess
import sys

import pytest

from sensor.meter import new_meter
from sensor.meter.reference import ReferenceMeter
from tests.fuzz.run import has_ip_header
from tests.sensor.meter import frames as f

PACKETS = {"native": 60_000, "plain": 15_000}


@pytest.mark.slow
@pytest.mark.parametrize("meter", PACKETS)
def test_mutated_packets(meter: str) -> None:
    if meter == "native" and isinstance(new_meter(), ReferenceMeter):
        pytest.skip("the native meter is not built: setup.py build_ext --inplace")
    command = [sys.executable, "-m", "tests.fuzz", "--packets", str(PACKETS[meter])]
    done = subprocess.run(
        [*command, *(["--plain"] if meter == "plain" else [])],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "process_deaths: 0" in done.stdout


@pytest.mark.parametrize(
    ("frame", "sound"),
    [
        (f.up(f.SYN), True),
        (f.ethernet(b"\0\7\x08\0" + f.ipv4(b"", 17), 0x8100), True),
        (f.ethernet(f.ipv6(b"", 17), 0x86DD), True),
        (f.up(f.SYN)[:33], False),
        (f.ethernet(b"\x44" + f.ipv4(b"", 17)[1:]), False),
        (f.ethernet(bytes(28), 0x0806), False),
        (b"", False),
    ],
)
def test_what_counts_as_a_sound_header(frame: bytes, sound: bool) -> None:
    assert has_ip_header(frame) == sound
