"""The lab's gateway: a namespace that is a machine of its own, with the gateway under test on it.

Our real helper, networkd, dnsmasq, nft and sysctl; only process 1 is played (tests/lab/programs). /run and
/var/lib are the machine's own, so nothing of the host is seen or touched.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Any, Final

from appliance.gateway.plan import Plan, to_json
from tests.lab.namespaces import full_name, spawn

REPOSITORY: Final = Path(__file__).resolve().parents[2]
PROGRAMS: Final = REPOSITORY / "tests/lab/programs"
PATH: Final = f"{PROGRAMS}:/usr/sbin:/usr/bin:/sbin:/bin"
BIN: Final = Path(sys.executable).parent
READY_S: Final = 20.0
DISK_MB: Final = 32
"""Of /var/lib: a card that a test can fill."""

AUTHORITY: Final = "/run/lab/ca.pem"
"""Whose certificates this machine believes."""

FURNISH: Final = f"""
set -e
mount --make-rprivate /
mount -o remount,bind,ro /sys # networkd does not wait for udev then
ip link set lo up
mount -t tmpfs -o mode=755 run /run
mkdir -p /run/lab /run/disk /run/sysctl.d /run/systemd/network
mkdir -p /run/systemd/timesync
touch /run/systemd/timesync/synchronized
mkdir -p /run/systemd/netif/links /run/systemd/netif/leases /run/systemd/netif/lldp
chown -R systemd-network:systemd-network /run/systemd/netif
mount -t tmpfs -o size={DISK_MB}m,mode=755 disk /run/disk
mkdir /run/disk/up /run/disk/work
mount -t overlay -o lowerdir=/var/lib,upperdir=/run/disk/up,workdir=/run/disk/work overlay /var/lib
mkdir -p /var/lib/tattlebox-dnsmasq /var/lib/tattlebox-gateway /var/lib/tattlebox /run/tattlebox
chown dnsmasq /var/lib/tattlebox-dnsmasq
printf '[Match]\\nName=eth0\\n[Network]\\nDHCP=yes\\n' >/run/systemd/network/80-image.network
echo ready
exec sleep infinity
"""


class GatewayMachine:
    """The machine in the namespace of role "gw" of a lab."""

    def __init__(self, lab: str, helper: list[str] | None = None) -> None:
        """`helper`: another command for the helper."""
        name = full_name(lab, "gw")
        self._lab = lab
        furnish = ["ip", "netns", "exec", name, "unshare", "-m", "sh", "-c", FURNISH]
        with Path(f"/run/tattlebox-lab/{lab}/gateway.log").open(
            "w"
        ) as log:  # our own may be a pipe to a test
            self._anchor = spawn(lab, furnish, stdout=subprocess.PIPE, stderr=log)
        assert self._anchor.stdout
        if self._anchor.stdout.readline() != "ready\n":
            raise RuntimeError(f"the machine of {name} could not be furnished: see its log")
        self._settings = {
            "units": str(REPOSITORY / "systemd"),
            "programs": str(BIN),
            "authority": AUTHORITY,
            "instead": {
                "tattlebox-gateway.service": helper or [str(BIN / "tattlebox-gateway"), "--path", PATH]
            },
        }
        self.cut_timers(None)
        self.write(AUTHORITY, Path(f"/run/tattlebox-lab/{lab}/ca.pem").read_text())

    def cut_timers(self, longest_s: float | None) -> None:
        """Let systemd's timers elapse after at most this; None: when they are due."""
        self.write("/run/lab/units.json", json.dumps(self._settings | {"longest_timer_s": longest_s or 1e9}))

    def command(self, *words: str) -> list[str]:
        """Return a command that runs `words` on this machine."""
        return ["nsenter", "-t", str(self._anchor.pid), "-n", "-m", f"--wd={REPOSITORY}", *words]

    def run(self, *words: str, stdin: str | None = None, check: bool = True) -> str:
        """Return what a program on this machine prints. Raises CalledProcessError."""
        done = subprocess.run(
            self.command(*words), input=stdin, check=check, capture_output=True, text=True, timeout=90
        )
        return done.stdout

    def start(
        self, *words: str, stdout: int = subprocess.PIPE, log: IO[str] | None = None
    ) -> subprocess.Popen[str]:
        """Start a program of ours on this machine, taken along when the lab goes down."""
        return spawn(self._lab, self.command(*words), stdout=stdout, stderr=log)

    def write(self, path: str, text: str) -> None:
        """Put a file on this machine."""
        self.run("tee", path, stdin=text)

    def read(self, path: str) -> str:
        """Return a file of this machine; empty where there is none."""
        return self.run("cat", path, check=False)

    def systemctl(self, verb: str, *units: str) -> None:
        """Start or stop units."""
        self.run("env", f"PATH={PATH}", "systemctl", verb, *units)

    def ours(self, *words: str) -> list[str]:
        """Return a command line of `tattlebox`."""
        return [str(BIN / "tattlebox"), *words]

    def tattlebox(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run our command on this machine."""
        command = self.command(*self.ours(*words))
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=90)

    def boot(self) -> None:
        """Start what systemd would start."""
        self.systemctl("start", "systemd-networkd.service", "tattlebox-gateway.service")
        self.await_helper()

    def watch(self) -> None:
        """Start the sensor and the service, and wait until they take records."""
        self.systemctl("start", "tattlebox-sensor@eth1.service", "tattlebox.service")

    def await_helper(self) -> None:
        """Wait until the helper answers."""
        deadline = time.monotonic() + READY_S
        while self.tattlebox("gateway", "status", "--json").stdout == "":
            if time.monotonic() > deadline:
                raise RuntimeError("no helper: " + self.read("/run/lab/tattlebox-gateway.service.log")[-600:])
            time.sleep(0.2)

    def status(self) -> dict[str, Any]:
        """Return what `tattlebox gateway status --json` says."""
        found: dict[str, Any] = json.loads(self.tattlebox("gateway", "status", "--json").stdout)
        return found

    def apply(self, plan: Plan) -> None:
        """Apply and confirm a plan. Raises RuntimeError with what was said."""
        self.write("/run/lab/plan.json", to_json(plan))
        done = self.tattlebox("gateway", "apply", "--yes", "/run/lab/plan.json")
        if done.returncode:
            raise RuntimeError(done.stderr)

    def ask(self, verb: str, **fields: Any) -> dict[str, Any]:
        """Ask the helper itself, as root. Raises CalledProcessError."""
        code = (
            "import json, sys; from appliance.gateway.client import ask;"
            "print(json.dumps(ask(**json.load(sys.stdin))))"
        )
        request = json.dumps({"verb": verb, **fields})
        answer: dict[str, Any] = json.loads(self.run(sys.executable, "-c", code, stdin=request))
        return answer
