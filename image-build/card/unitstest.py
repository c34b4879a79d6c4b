"""`image-build/units-test`: the real units, as a container of the card's own system, in a network of its own.

The quick form of the boot test: a start takes seconds. No kernel of the card and no partitions,
but what systemd does to our processes is real: users, capabilities, system calls, sockets, watchdog.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from card.base import HERE
from card.run import BuildError, need, run

PATIENCE_S: Final = 240.0

NET: Final = f"tattlebox-units-{os.getpid()}"

RUNNING: Final = ("tattlebox-sensor@eth0", "tattlebox", "tattlebox-web", "tattlebox-notify")

RIGHTS: Final = {"tattlebox-sensor@eth0": 1 << 13}
"""Capabilities that a unit may have, as the kernel's bits: CAP_NET_RAW. The others have none."""


class Wrong(Exception):
    """Something is not as it should be, in one sentence."""


def main() -> int:
    """Return the exit code: 0 all as it should be, 1 not, 2 wrong use."""
    parser = argparse.ArgumentParser(prog="image-build/units-test", description=__doc__)
    parser.add_argument("root", type=Path, help="what image-build/build --arch amd64 --root-only made")
    options = parser.parse_args()
    wrong = 0
    try:
        need("systemd-nspawn", "ip", "nsenter")
        with _network(), _started(options.root) as leader:
            for check in (_up, _listening, _rights, _pages, _crash, _memory, _watchdog):
                began = time.monotonic()
                try:
                    said = check(leader)
                except Wrong as error:
                    wrong, said = 1, f"WRONG: {error}"
                print(f"{check.__name__[1:]} ({time.monotonic() - began:.1f} s): {said}", flush=True)
    except BuildError as error:
        print(f"units-test: {error}", file=sys.stderr)
        return 1
    return wrong


@contextmanager
def _network() -> Iterator[None]:
    """A network namespace with an eth0 whose other end nobody answers on."""
    run(["ip", "netns", "add", NET])
    try:
        run(["ip", "-n", NET, "link", "add", "eth0", "type", "veth", "peer", "name", "street"])
        for name in ("lo", "eth0", "street"):
            run(["ip", "-n", NET, "link", "set", name, "up"])
        yield
    finally:
        run(["ip", "netns", "delete", NET])


@contextmanager
def _started(root: Path) -> Iterator[int]:
    """Start the system, read-only and with an empty record; yield the process number of its systemd."""
    with tempfile.TemporaryDirectory(prefix="tattlebox-units-") as folder:
        shutil.copy(HERE / "boot/tattlebox.txt", folder)
        command = [
            *("systemd-nspawn", "--quiet", "--boot", f"--directory={root}", "--volatile=state"),
            *(f"--network-namespace-path=/run/netns/{NET}", "--register=no", "--keep-unit", "--settings=no"),
            *(f"--machine={NET}", f"--bind={folder}:/boot/firmware", "--console=pipe"),
            "--capability=CAP_NET_ADMIN,CAP_NET_RAW",
        ]
        log = Path(folder) / "console.txt"
        environment = {**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1", "UNIFIED_CGROUP_HIERARCHY": "1"}
        with log.open("wb") as out:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=environment
            )
        leader = 0
        try:
            leader = _until(lambda: _leader(process), "a container", lambda: log.read_text(errors="replace"))
            yield leader
        finally:
            if leader:  # all inside dies with it, and systemd-nspawn ends
                os.kill(leader, signal.SIGKILL)
            process.terminate()
            process.wait()


def _leader(process: subprocess.Popen[bytes]) -> int:
    """Return the process number of the container's systemd, 0 while there is none."""
    if process.poll() is not None:
        raise BuildError(f"systemd-nspawn ended with {process.returncode}")
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    for child in children:
        if Path(f"/proc/{child}/comm").read_text().strip() == "systemd":
            return int(child)
    return 0


def _until(look: Callable[[], int], what: str, words: Callable[[], str]) -> int:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.2)
    raise BuildError(f"waited {PATIENCE_S:.0f} s for {what}; the last words:\n{words()[-2000:]}")


def _inside(leader: int, *command: str) -> str:
    """Return what a command printed inside; how it ended is for the caller to see in that."""
    enter = (
        "nsenter",
        f"--target={leader}",
        "--mount",
        "--pid",
        "--net",
        "--uts",
        "--ipc",
        "--root",
        "--wd=/",
    )
    done = subprocess.run([*enter, *command], capture_output=True, text=True, check=False)
    return done.stdout.strip() or done.stderr.strip()


def _property(leader: int, unit: str, name: str) -> str:
    return _inside(leader, "systemctl", "show", "--value", f"--property={name}", unit)


def _up(leader: int) -> str:
    """systemd says that all is up, and every unit of ours that should run does."""
    state = ""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and state not in ("running", "degraded"):
        state = _inside(leader, "systemctl", "is-system-running")
        time.sleep(0.5)
    failed = _inside(leader, "systemctl", "list-units", "--failed", "--plain", "--no-legend")
    if state != "running":
        raise Wrong(f"the system is {state}: {failed}")
    for unit in RUNNING:
        if (is_it := _property(leader, unit, "ActiveState")) != "active":
            raise Wrong(f"{unit} is {is_it}")
    return state


def _listening(leader: int) -> str:
    """Every socket that listens stands in listening.txt."""
    allowed = {
        (protocol, port, process)
        for protocol, _, port, process, *_ in (
            line.split() for line in (HERE / "listening.txt").read_text().splitlines() if line[0] != "#"
        )
    }
    found = set()
    for line in _inside(leader, "ss", "-Hltnup").splitlines():
        protocol, _, _, _, local, *_ = line.split()
        # systemd keeps the sockets that it opened for another: the other is named.
        names = sorted(set(re.findall(r'"([^"]+)"', line)) - {"systemd"}) or ["systemd"]
        found.add((protocol, local.rpartition(":")[2], names[0]))
    strange = {one for one in found if one not in allowed and (one[0], "any", one[2]) not in allowed}
    if strange:
        raise Wrong(f"these listen and are not in listening.txt: {sorted(strange)}")
    return ", ".join(sorted(f"{protocol} {port} {process}" for protocol, port, process in found))


def _rights(leader: int) -> str:
    """No process of ours has a capability beyond its unit's, can gain one, or may make any system call."""
    seen = []
    for unit in RUNNING:
        status = _inside(leader, "cat", f"/proc/{_property(leader, unit, 'MainPID')}/status")
        fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        for capabilities in ("CapEff", "CapBnd", "CapPrm"):
            if int(fields[capabilities], 16) & ~RIGHTS.get(unit, 0):
                raise Wrong(f"{unit} has {capabilities} {fields[capabilities]}")
        if (fields["NoNewPrivs"], fields["Seccomp"].strip()) != ("1", "2"):
            raise Wrong(f"{unit} has NoNewPrivs {fields['NoNewPrivs']}, Seccomp {fields['Seccomp']}")
        seen.append(f"{unit} as user {fields['Uid'].split()[0]}")
    return "; ".join(seen)


def _pages(leader: int) -> str:
    """The dashboard answers on both ports, through the sockets that systemd opened."""
    curl = (
        "curl",
        "--silent",
        "--insecure",
        "--max-time",
        "60",
        "--output",
        "/dev/null",
        "--retry",
        "9",
        "--retry-connrefused",
    )
    answers = []
    for address in ("http://127.0.0.1/setup/", "https://127.0.0.1/setup/"):
        command = ["ip", "netns", "exec", NET, *curl, "--write-out", "%{http_code}", address]
        code = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        answers.append(f"{address} {code}")
        if code != "200":
            raise Wrong(
                f"{address} answers {code}: {_inside(leader, 'journalctl', '-u', 'tattlebox-web', '-n5')}"
            )
    return ", ".join(answers)


def _watchdog(leader: int) -> str:
    """A sensor that stands still is noticed, ended and started anew."""
    return _comes_back(leader, "tattlebox-sensor@eth0", "STOP")


def _crash(leader: int) -> str:
    """An appliance that is killed comes back."""
    return _comes_back(leader, "tattlebox", "KILL")


def _comes_back(leader: int, unit: str, blow: str) -> str:
    before, began = _property(leader, unit, "MainPID"), time.monotonic()
    _inside(leader, "kill", f"-{blow}", before)

    def anew() -> int:
        active = _property(leader, unit, "ActiveState") == "active"
        return active and _property(leader, unit, "MainPID") not in (before, "0")

    _until(anew, f"{unit} to come back", lambda: _inside(leader, "journalctl", "-u", unit, "-n5"))
    return f"{unit} was back {time.monotonic() - began:.0f} s after SIG{blow}"


def _memory(leader: int) -> str:
    """Proportional memory of everything inside, by process."""
    sizes = {}
    for pid in _inside(leader, "ls", "/proc").split():
        if pid.isdigit():
            rollup = _inside(leader, "cat", f"/proc/{pid}/smaps_rollup")
            if found := re.search(r"^Pss: +(\d+) kB", rollup, re.MULTILINE):
                sizes[f"{_inside(leader, 'cat', f'/proc/{pid}/comm')} {pid}"] = int(found[1]) / 1000
    largest = sorted(sizes.items(), key=lambda item: -item[1])[:8]
    return f"{sum(sizes.values()):.0f} MB; " + json.dumps({name: round(size, 1) for name, size in largest})


if __name__ == "__main__":
    sys.exit(main())
