"""What is laid over Debian's files: understood by who reads it, and agreeing with itself."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from card import base, layout, system

from appliance.card import halves

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "image-build"
OVERLAY = BUILD / "system"


def test_every_package_says_what_it_is_for():
    lines = [line for line in (BUILD / "packages.txt").read_text().splitlines() if line and line[0] != "#"]
    assert len(lines) == len(base.packages()) == len(set(base.packages()))
    assert all(re.fullmatch(r"[a-z0-9.+-]+ +# \S.*", line) for line in lines)


def test_every_unit_that_is_enabled_is_ours_or_comes_with_a_package():
    ours = {path.name for folder in (ROOT / "systemd", OVERLAY / system.UNITS) for path in folder.iterdir()}
    for unit in system.ENABLED:
        debians = unit.startswith(("systemd-", "avahi-", "getty@", "bluetooth."))
        assert debians or unit.replace("@eth0", "@") in ours


def test_rauc_writes_to_the_halves_that_start():
    config = configparser.ConfigParser()
    config.read(OVERLAY / "etc/rauc/system.conf")
    for half, number in (("A", 0), ("B", 1)):
        slot, boot = config[f"slot.system.{number}"], config[f"slot.boot.{number}"]
        assert slot["bootname"] == half
        assert boot["device"].endswith(f"{layout.DISK_ID:x}-{halves.PARTITION[half]:02}")
        assert slot["device"].endswith(f"{layout.DISK_ID:x}-{halves.PARTITION[half] + 3:02}")
        assert boot["parent"] == f"system.{number}"


def test_the_small_systems_shell_is_sound():
    for script in ("tattlebox", "hook"):
        subprocess.run(["sh", "-n", BUILD / "initramfs" / script], check=True)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_understands_the_units_of_the_card(tmp_path):
    place = tmp_path / system.UNITS
    shutil.copytree(ROOT / "systemd", place)
    shutil.copytree(OVERLAY / system.UNITS, place, dirs_exist_ok=True)
    for target in Path("/lib/systemd/system").glob("*.target"):
        shutil.copy(target, place)
    for program in ("opt/tattlebox/bin/tattlebox", "bin/sh", "usr/sbin/sshd"):
        (tmp_path / program).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy("/bin/true", tmp_path / program)
    for unit in (
        "tattlebox.service",
        *(path.name for path in (OVERLAY / system.UNITS).iterdir() if path.is_file()),
    ):
        command = ["systemd-analyze", f"--root={tmp_path}", "verify", unit]
        said = subprocess.run(command, capture_output=True, text=True, check=False)
        assert said.stderr == "", unit
