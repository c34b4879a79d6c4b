"""The short run under libFuzzer. The long one is `scripts/fuzz guided`."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from sensor.meter import new_meter
from sensor.meter.reference import ReferenceMeter
from tests.fuzz.guided import seeds, take

SECONDS = 10


@pytest.mark.slow
@pytest.mark.skipif(
    not any(Path("/usr/lib").glob("llvm-*/lib/clang/*/lib/linux/libclang_rt.fuzzer-*.a")),
    reason="no clang with libFuzzer found: apt-get install clang libclang-rt-dev",
)
def test_inputs_guided_by_what_they_reach() -> None:
    script = Path(__file__).parents[2] / "scripts" / "fuzz"
    command = [str(script), "guided", str(SECONDS)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "stat::number_of_executed_units" in done.stderr


@pytest.mark.skipif(
    isinstance(new_meter(), ReferenceMeter),
    reason="the native meter is not built: setup.py build_ext --inplace",
)
def test_the_first_inputs_are_read() -> None:
    inputs = seeds()
    assert {name.rpartition(".")[2] for name in inputs} == {"pcap", "pcapng", "ring"}
    for data in (b"", b"\0", *inputs.values()):
        take(data)
