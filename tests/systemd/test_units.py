"""The units: systemd understands every line, and none has more rights than its job needs."""

import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "systemd"
UNITS = sorted(path.name for kind in ("service", "socket", "timer") for path in FOLDER.glob(f"*.{kind}"))
COMMANDS = ("tattlebox", "tattlebox-gateway", "tattlebox-nearby", "tattlebox-sensor", "tattlebox-web")
DAEMONS = ("usr/sbin/dnsmasq", "usr/sbin/hostapd")
PLACE = Path("usr/lib/systemd/system")
DEBIAN = Path("/lib/systemd/system")
MOST_EXPOSED = {
    "tattlebox-archive.service": 2.0,
    "tattlebox-backup.service": 2.0,
    "tattlebox-dnsmasq.service": 4.0,
    "tattlebox-gateway.service": 4.0,
    "tattlebox-hostapd.service": 4.0,
    "tattlebox-lists.service": 2.0,
    "tattlebox-nearby.service": 2.0,
    "tattlebox-notify.service": 2.0,
    "tattlebox-reset.service": 2.0,
    "tattlebox-sensor@.service": 4.0,
    "tattlebox-web.service": 2.0,
    "tattlebox.service": 2.0,
}

pytestmark = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed"
)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A machine with our units, Debian's targets, and every program that the units start."""
    top = tmp_path_factory.mktemp("root")
    shutil.copytree(FOLDER, top / PLACE)
    for target in DEBIAN.glob("*.target"):
        shutil.copy(target, top / PLACE)
    for program in (*(f"opt/tattlebox/bin/{name}" for name in COMMANDS), "bin/rm", "bin/systemctl", *DAEMONS):
        (top / program).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy("/bin/true", top / program)
    return top


def analyze(root, *arguments):
    command = ["systemd-analyze", f"--root={root}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def instance(unit):
    return unit.replace("@.", "@eth0.")


def test_every_service_has_a_bound():
    assert [unit for unit in UNITS if unit.endswith(".service")] == sorted(MOST_EXPOSED)


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_understands_every_line(unit, root):
    # It exits 0 on misspelt directives: any word is a failure.
    assert analyze(root, "verify", instance(unit)).stderr == ""


def test_a_misspelt_line_would_be_seen(root):
    (root / PLACE / "odd.service").write_text("[Service]\nExecStart=/bin/rm\nNoNewPrivilege=yes\n")
    assert "NoNewPrivilege" in analyze(root, "verify", "odd.service").stderr


@pytest.mark.parametrize("unit", MOST_EXPOSED)
def test_no_service_is_more_exposed_than_its_bound(unit, root):
    threshold = f"--threshold={MOST_EXPOSED[unit] * 10:.0f}"
    said = analyze(root, "security", "--offline=true", "--no-pager", threshold, instance(unit))
    assert said.returncode == 0, said.stdout.splitlines()[-1:] + said.stderr.splitlines()
    assert "Overall exposure level" in said.stdout


@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit.endswith(".service")])
def test_every_service_is_bounded_in_memory(unit):
    assert "MemoryMax=" in (FOLDER / unit).read_text()
