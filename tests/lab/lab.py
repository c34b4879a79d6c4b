"""The lab's home: namespaces, wires and daemons up and down; a capture of one evening in it.

    internet ── router of the family ── gateway under test ── switch ── one namespace per device

Nothing leaves the namespaces. Everything of a lab carries its name, so that several can run at once.
"""

from __future__ import annotations

import fcntl
import gzip
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

from appliance.gateway.plan import Plan
from tests.household import cloud
from tests.household.home import DEVICES, GATEWAY, GATEWAY_MAC, LAN6_PREFIX
from tests.lab import namespaces, world
from tests.lab.certificates import write_certificates
from tests.lab.gateway import GatewayMachine
from tests.lab.namespaces import existing, full_name, ip

STATE: Final = Path("/run/tattlebox-lab")
PYTHON: Final = sys.executable
REPOSITORY: Final = Path(__file__).resolve().parents[2]
READY_S: Final = 20.0
TOYS_S: Final = 50.0
"""Longest that the toys of a recording may take."""

LAST_PACKETS_S: Final = 1.0
INTERNET_LINE: Final = ("198.19.255.1", "198.19.255.2", "2001:2:0:2::1", "2001:2:0:2::2")
"""Between internet and router: its side and the router's, IPv4 and IPv6."""

FAMILY: Final = ("198.19.250.1", "2001:2:0:fa::1")
"""The router in the family's own network, of a /24 and a /64."""

PLAN: Final = Plan("ethernet", "eth0", "eth1", network4=f"{GATEWAY}/24", network6=f"{LAN6_PREFIX}1/64")

INTERNET_DNS: Final = """\
no-resolv
no-hosts
bind-interfaces
listen-address={resolver}
local-ttl=300
user=root
pid-file=
log-facility={folder}/internet-dns.log
address=/#/
address=/rebind.example/192.168.77.1
address=/rebind.example/fd77:7ab1:e000::1
"""
ROUTER_DNS: Final = """\
no-resolv
no-hosts
bind-interfaces
interface=family
server={resolver}
user=root
pid-file=
log-facility={folder}/router-dns.log
leasefile-ro
no-ping
dhcp-range=198.19.250.10,198.19.250.99,12h
enable-ra
ra-param=family,60
dhcp-range=2001:2:0:fa::,ra-stateless,64,12h
"""


TOOLS: Final = (
    ("ip", "iproute2"),
    ("dnsmasq", "dnsmasq-base"),
    ("nft", "nftables"),
    ("systemd-networkd", "systemd"),
)


class LabError(RuntimeError):
    """The lab cannot run: says what was found, what is needed, what to do."""


def check_possible() -> None:
    """Raise LabError unless this process may make namespaces and the tools are there."""
    if os.geteuid() != 0:
        raise LabError("The lab makes network namespaces and needs root: run it with sudo.")
    if missing := missing_tools():
        raise LabError(f"The lab needs more: apt install {' '.join(missing)}")


def missing_tools() -> list[str]:
    """Return the Debian packages that the lab needs and that are not here."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/lib/systemd"
    return [package for tool, package in TOOLS if not shutil.which(tool, path=path)]


@contextmanager
def locked(lab: str) -> Iterator[int]:
    """Hold the lab's name for one command; yield the lock's file descriptor. Waits for another's end."""
    STATE.mkdir(parents=True, exist_ok=True)
    with (STATE / f"{lab}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock.fileno()


def folder_of(lab: str) -> Path:
    """Return where a lab keeps certificates, settings and logs while it is up."""
    return STATE / lab


def down(lab: str) -> None:
    """Remove the lab, whatever is left of it."""
    namespaces.remove(lab)
    shutil.rmtree(folder_of(lab), ignore_errors=True)


def up(lab: str, plan: Plan = PLAN) -> GatewayMachine:
    """Make the lab anew, with a plan applied and confirmed at its gateway; no toys yet."""
    machine = wire(lab)
    machine.boot()
    machine.apply(plan)
    return machine


def wire(lab: str, helper: list[str] | None = None) -> GatewayMachine:
    """Make the lab's namespaces and wires, internet and router at work; return its gateway, not started.

    `helper`: see GatewayMachine.
    """
    down(lab)
    folder = folder_of(lab)
    folder.mkdir(parents=True)
    for role in ("net", "router", "gw", "switch", *(device.key for device in DEVICES)):
        ip("netns", "add", full_name(lab, role))
    _wire_internet(lab)
    _wire_home(lab)
    write_certificates(folder, [world.RESOLVER_NAME, *(visit.host for visit in world.all_visits())])
    _start_daemons(lab, folder)
    return GatewayMachine(lab, helper)


def _wire_internet(lab: str) -> None:
    """Connect internet, router and gateway; put every cloud address on the internet's loopback."""
    net, router, gw = (full_name(lab, role) for role in ("net", "router", "gw"))
    ip("-n", net, "link", "add", "line", "type", "veth", "peer", "name", "wan", "netns", router)
    ip("-n", router, "link", "add", "family", "type", "veth", "peer", "name", "eth0", "netns", gw)
    visits = world.all_visits()
    found = dict.fromkeys(part for visit in visits for family in world.addresses(visit) for part in family)
    lines = [f"address add {address} dev lo nodad" for address in (cloud.RESOLVER, *found)]
    lines += ["link set lo up", "link set line up", f"address add {INTERNET_LINE[0]}/30 dev line",
              f"address add {INTERNET_LINE[2]}/64 dev line nodad",
              f"route add 198.19.250.0/24 via {INTERNET_LINE[1]}",
              f"route add 2001:2:0:fa::/64 via {INTERNET_LINE[3]}"]  # fmt: skip
    ip("-n", net, "-batch", "-", stdin="\n".join(lines))
    forward = "cd /proc/sys/net && echo 1 >ipv4/ip_forward && echo 1 >ipv6/conf/all/forwarding"
    ip("netns", "exec", router, "sh", "-c", forward)
    lines = ["link set lo up", "link set wan up", "link set family up",
             f"address add {INTERNET_LINE[1]}/30 dev wan", f"address add {INTERNET_LINE[3]}/64 dev wan nodad",
             f"address add {FAMILY[0]}/24 dev family", f"address add {FAMILY[1]}/64 dev family nodad",
             f"route add default via {INTERNET_LINE[0]}",
             f"route add default via {INTERNET_LINE[2]}"]  # fmt: skip
    ip("-n", router, "-batch", "-", stdin="\n".join(lines))
    _turn_offload_off(net, "line")
    _turn_offload_off(router, "wan", "family")


def _wire_home(lab: str) -> None:
    """Make the switch behind the gateway, and give each device its wire and its MAC."""
    gw, switch = full_name(lab, "gw"), full_name(lab, "switch")
    silent = "echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6"  # a switch says nothing of its own
    ip("netns", "exec", switch, "sh", "-c", silent)
    ip("-n", gw, "link", "add", "eth1", "address", GATEWAY_MAC, "type", "veth",
       "peer", "name", "uplink", "netns", switch)  # fmt: skip
    ip("-n", switch, "link", "add", "switch", "type", "bridge", "mcast_snooping", "0")
    ports = ["uplink"]
    for device in DEVICES:
        ports.append(f"port-{device.key}")
        far = full_name(lab, device.key)
        ip("-n", switch, "link", "add", ports[-1], "type", "veth", "peer", "name", "eth0", "netns", far)
        ip("-n", far, "link", "set", "eth0", "address", device.mac)
    lines = [f"link set {port} master switch up" for port in ports]
    ip("-n", switch, "-batch", "-", stdin="\n".join([*lines, "link set switch up"]))
    _turn_offload_off(gw, "eth0", "eth1")
    _turn_offload_off(switch, *ports)


def _turn_offload_off(namespace: str, *interfaces: str) -> None:
    _python(namespace, "-m", "tests.lab.offload", *interfaces).wait(READY_S)


def _start_daemons(lab: str, folder: Path) -> None:
    net, router = full_name(lab, "net"), full_name(lab, "router")
    values = {"folder": folder, "resolver": cloud.RESOLVER}
    texts = {
        net: INTERNET_DNS.format(**values) + world.name_server_config(),
        router: ROUTER_DNS.format(**values),
    }
    for namespace, text in texts.items():
        settings = folder / f"{namespace}.conf"
        settings.write_text(text)
        ip("netns", "exec", namespace, "dnsmasq", f"--conf-file={settings}")  # returns when it serves
    await_ready(_python(net, "-m", "tests.lab.internet", str(folder), log=folder / "internet.log"))


def _python(
    namespace: str,
    *arguments: str,
    log: Path | None = None,
    stdout: int = subprocess.PIPE,
    stdin: int | None = None,
) -> subprocess.Popen[str]:
    """Start this Python in a namespace of a lab; complaints go to `log` or to our own."""
    command = ["ip", "netns", "exec", namespace, PYTHON, *arguments]
    stderr: IO[str] | None = log.open("w") if log else None
    lab = namespace.split("-")[1]
    try:
        return namespaces.spawn(lab, command, cwd=REPOSITORY, stdin=stdin, stdout=stdout, stderr=stderr)
    finally:
        if stderr:
            stderr.close()


def await_ready(process: subprocess.Popen[str]) -> None:
    """Wait until a daemon prints "ready". Raises LabError when it ends instead."""
    assert process.stdout
    line = process.stdout.readline()
    if line.strip() != "ready":
        raise LabError(f"read {line!r} from {process.args}, expected 'ready': see its log")


def start_toys(lab: str, rounds: int) -> list[subprocess.Popen[str]]:
    """Start every device; `rounds` 0: until the lab goes down."""
    folder = folder_of(lab)
    started = []
    for device in DEVICES:
        arguments = ("-m", "tests.lab.toy", device.key, str(folder), "--rounds", str(rounds))
        log = folder / f"{device.key}.log"
        started.append(_python(full_name(lab, device.key), *arguments, log=log, stdout=subprocess.DEVNULL))
    return started


class Device:
    """A device that does as it is told (tests/lab/probe.py)."""

    def __init__(self, lab: str, key: str) -> None:
        folder = folder_of(lab)
        self._key, self._log = key, folder / f"{key}.log"
        arguments = ("-m", "tests.lab.probe", key, str(folder))
        self._process = _python(full_name(lab, key), *arguments, log=self._log, stdin=subprocess.PIPE)
        await_ready(self._process)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Return a method of the probe."""
        return lambda *words: self._tell(name, *words)

    def _tell(self, *words: Any) -> Any:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(words) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise LabError(f"{self._key} ended at {words}: {self._log.read_text()[-600:]}")
        return json.loads(answer)


def status(lab: str) -> str:
    """Return, line by line, the lab's namespaces and how many processes run in each."""
    lines = [f"{name}: {len(namespaces.processes(name))} processes" for name in existing(lab)]
    return "\n".join(lines) if lines else f"lab {lab} is down"


@contextmanager
def guarded(lab: str, lock: int) -> Iterator[None]:
    """Take the lab down at the end, even when this process is killed.

    A second process waits at a pipe that closes when we are gone, and cleans up; it keeps the lab's lock
    until then, so that the next command finds the place clean.
    """
    command = [sys.executable, "-m", "tests.lab", "--name", lab, "clean-up-after-pipe"]
    guard = subprocess.Popen(
        command, cwd=REPOSITORY, stdin=subprocess.PIPE, pass_fds=[lock], start_new_session=True
    )
    try:
        yield
    finally:
        guard.communicate(timeout=2 * READY_S)


def end_recording(recorder: subprocess.Popen[str]) -> None:
    """Let the recorder finish its file. Raises LabError when a packet was lost."""
    recorder.terminate()
    said, _ = recorder.communicate(timeout=READY_S)
    if said.strip() != "dropped 0":
        raise LabError(f"the recorder says {said.strip()!r}, expected 'dropped 0': the machine is busy")


def record(lab: str, out: Path, rounds: int = 2) -> str:
    """Record an evening of the home, on the LAN side of the gateway; return a line on what was written.

    `out` is pcapng, gzip when it ends in .gz. Raises LabError when a toy failed or a packet was lost.
    """
    with locked(lab) as lock, guarded(lab, lock):
        up(lab)
        folder = folder_of(lab)
        raw = folder / "lan.pcapng"
        arguments = ("-m", "tests.lab.recorder", str(raw), "--interface", "eth1")
        recorder = _python(full_name(lab, "gw"), *arguments)
        await_ready(recorder)
        _await_toys(lab, start_toys(lab, rounds))
        time.sleep(LAST_PACKETS_S)
        end_recording(recorder)
        data = raw.read_bytes()
    out.write_bytes(gzip.compress(data, mtime=0) if out.suffix == ".gz" else data)
    return f"{out}: {out.stat().st_size} bytes, {len(data)} before compression"


def _await_toys(lab: str, toys: list[subprocess.Popen[str]]) -> None:
    deadline = time.monotonic() + TOYS_S
    failed = []
    for device, toy in zip(DEVICES, toys, strict=True):
        if toy.wait(max(0.1, deadline - time.monotonic())):
            failed.append(f"{device.key}: {(folder_of(lab) / f'{device.key}.log').read_text()[-600:]}")
    if failed:
        raise LabError("toys ended with an error, expected none:\n" + "\n".join(failed))
