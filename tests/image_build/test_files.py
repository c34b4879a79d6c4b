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
    for script in ("initramfs/tattlebox", "initramfs/hook", "inside/wifi.sh", "inside/wired.sh"):
        subprocess.run(["sh", "-n", BUILD / script], check=True)


@pytest.mark.parametrize(("sizes", "grown"), [("9 9 100", True), ("100", True), ("9", False)])
def test_the_first_start_waits_until_the_kernel_knows_the_partition(tmp_path, sizes, grown):
    """`sizes`: of partition 7 as the kernel says it, one after the other; the last one stays."""
    (tmp_path / "sfdisk").write_text("#!/bin/sh\necho '/dev/mmcblk0p7 : start= 50, size= 100, type=83'\n")
    (tmp_path / "blockdev").write_text(f"#!/bin/sh\necho >>{tmp_path}/read\n")
    for program in ("sfdisk", "blockdev"):
        (tmp_path / program).chmod(0o755)
    (tmp_path / "sizes").write_text("\n".join(sizes.split()) + "\n")
    played = f"""
        . {BUILD}/initramfs/tattlebox
        TOOLS={tmp_path}
        wait_for_udev() {{ :; }}
        cat() {{
            head -n 1 {tmp_path}/sizes
            [ "$(wc -l <{tmp_path}/sizes)" = 1 ] || sed -i 1d {tmp_path}/sizes
        }}
        grown /dev/mmcblk0 /dev/mmcblk0p7
    """
    done = subprocess.run(["sh", "-c", played], check=False)
    assert (done.returncode == 0) == grown
    asked = (tmp_path / "read").read_text().count("\n") if (tmp_path / "read").exists() else 0
    assert asked == (len(sizes.split()) - 1 if grown else 40)


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
