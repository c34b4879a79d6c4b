"""scripts/run: what cannot be meant is a sentence, before anything is set up; the rest is played in full."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CAPTURE = ROOT / "tests" / "captures" / "household.pcapng.gz"


def run(*args: str, var: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "TATTLEBOX_VAR": str(var)}
    command = [str(ROOT / "scripts" / "run"), *args]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (("--port",), "read --port and nothing after it"),
        (("--port", "x"), "read --port x, expected a number from 1 to 65535"),
        (("--port", "65536"), "read --port 65536, expected a number"),
        (("home.pcap", "--live"), "read --live and nothing after it"),
        (("home.pcap", "--live", "lo"), "read --live lo and files"),
        (("home.pcap", "--serve"), "unknown option --serve"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path, args, sentence):
    done = run(*args, var=tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert sentence in done.stderr


@pytest.mark.skipif(
    not (ROOT / ".venv" / "tattlebox-dev").exists(),
    reason="this environment was not made by scripts/setup dev",
)
def test_captures_that_cannot_be_read_are_not_taken_for_earlier_ones(tmp_path):
    text = tmp_path / "no capture.pcap"
    text.write_text("a text")
    assert run(str(CAPTURE), "--no-serve", var=tmp_path).returncode == 0
    done = run(str(text), "--port", "65000", var=tmp_path)  # an option behind the files; it would serve
    assert done.returncode == 1
    assert "expected a pcap or pcapng capture" in done.stderr
