"""The units: systemd understands every line, and none has more rights than its job needs."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "systemd"
UNITS = sorted(FOLDER.glob("*.service"))
MOST_EXPOSED = {
    "tattlebox-archive.service": 2.0,
    "tattlebox-notify.service": 2.0,
    "tattlebox-sensor@.service": 4.0,
    "tattlebox.service": 2.0,
    "tattlebox-web.service": 2.0,
}

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed"
)


def test_every_unit_has_a_bound():
    assert [unit.name for unit in UNITS] == sorted(MOST_EXPOSED)


@needs_systemd
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_understands_every_line(unit, tmp_path):
    text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", unit.read_text(), flags=re.M)
    text = re.sub(r"^(Requires|After|Before|User|Group)=.*\n", "", text, flags=re.M)
    instance = tmp_path / unit.name.replace("@.", "@eth0.")
    instance.write_text(text)
    said = subprocess.run(
        ["systemd-analyze", "verify", instance], capture_output=True, text=True, check=False
    )
    # It exits 0 on misspelt directives: any word about our file is a failure.
    assert [line for line in said.stderr.splitlines() if unit.name.split(".")[0].rstrip("@") in line] == []


@needs_systemd
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_no_unit_is_more_exposed_than_its_bound(unit):
    threshold = str(int(MOST_EXPOSED[unit.name] * 10))
    command = ["systemd-analyze", "security", "--offline=true", f"--threshold={threshold}", unit]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout.splitlines()[-1:] + said.stderr.splitlines()
