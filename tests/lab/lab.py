"""The lab's home: namespaces, wires and daemons up and down; a capture of one evening in it.

    internet (every cloud address, name server) ── gateway (dnsmasq, br-lan) ── one namespace per device

Nothing leaves the namespaces. Everything of a lab carries its name, so that several can run at once.
"""

from __future__ import annotations

import fcntl
import gzip
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from tests.household import cloud
from tests.household.home import DEVICES, GATEWAY, GATEWAY_MAC, LAN6_PREFIX
from tests.lab import namespaces, world
from tests.lab.certificates import write_certificates
from tests.lab.namespaces import existing, full_name, ip

STATE: Final = Path("/run/tattlebox-lab")
REPOSITORY: Final = Path(__file__).resolve().parents[2]
READY_S: Final = 20.0
TOYS_S: Final = 50.0
"""Longest that the toys of a recording may take."""

LAST_PACKETS_S: Final = 1.0
WAN: Final = ("198.19.255.1", "198.19.255.2", "2001:2:0:2::1", "2001:2:0:2::2")
"""The line to the internet: its side and the gateway's, IPv4 and IPv6."""

INTERNET_DNS: Final = """\
no-resolv
no-hosts
bind-interfaces
listen-address={resolver}
local-ttl=300
user=root
pid-file=
log-facility={folder}/internet-dns.log
"""
GATEWAY_DNS: Final = """\
no-resolv
no-hosts
bind-interfaces
interface=br-lan
server={resolver}
user=root
pid-file=
log-facility={folder}/gateway-dns.log
dhcp-leasefile={folder}/leases
dhcp-authoritative
no-ping
dhcp-range=192.168.77.100,192.168.77.199,12h
enable-ra
ra-param=br-lan,60
dhcp-range={prefix}1000,{prefix}1fff,slaac,64,12h
"""


GATEWAY_SWITCHES: Final = (
    "cd /proc/sys/net && echo 1 > ipv4/ip_forward && echo 1 > ipv6/conf/all/forwarding"
    # The bridge has no carrier before the first toy; while it then checked its own address for duplicates
    # it would not answer the toys' router solicitations.
    " && echo 0 > ipv6/conf/default/accept_dad"
)


class LabError(RuntimeError):
    """The lab cannot run: says what was found, what is needed, what to do."""


def check_possible() -> None:
    """Raise LabError unless this process may make namespaces and the tools are there."""
    if os.geteuid() != 0:
        raise LabError("The lab makes network namespaces and needs root: run it with sudo.")
    for tool, package in (("ip", "iproute2"), ("dnsmasq", "dnsmasq-base")):
        if not shutil.which(tool):
            raise LabError(f"The lab needs {tool}: apt install {package}")


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


def up(lab: str) -> None:
    """Make the lab's namespaces, wires and daemons anew and wait until they answer; no toys yet."""
    down(lab)
    folder = folder_of(lab)
    folder.mkdir(parents=True)
    for role in ("net", "gw", *(device.key for device in DEVICES)):
        ip("netns", "add", full_name(lab, role))
    _wire_internet(lab)
    _wire_home(lab)
    write_certificates(folder, [visit.host for visit in world.all_visits()])
    _start_daemons(lab, folder)


def _wire_internet(lab: str) -> None:
    """Connect gateway and internet; put every cloud address on the internet's loopback."""
    net, gw = full_name(lab, "net"), full_name(lab, "gw")
    ip("-n", net, "link", "add", "line", "type", "veth", "peer", "name", "wan", "netns", gw)
    visits = world.all_visits()
    found = dict.fromkeys(part for visit in visits for family in world.addresses(visit) for part in family)
    lines = [f"address add {address} dev lo nodad" for address in (cloud.RESOLVER, *found)]
    lines += ["link set lo up", "link set line up", f"address add {WAN[0]}/30 dev line",
              f"address add {WAN[2]}/64 dev line nodad", f"route add 192.168.77.0/24 via {WAN[1]}",
              f"route add {LAN6_PREFIX}/64 via {WAN[3]}"]  # fmt: skip
    ip("-n", net, "-batch", "-", stdin="\n".join(lines))
    lines = ["link set lo up", "link set wan up", f"address add {WAN[1]}/30 dev wan",
             f"address add {WAN[3]}/64 dev wan nodad", f"route add default via {WAN[0]}",
             f"route add default via {WAN[2]}"]  # fmt: skip
    ip("-n", gw, "-batch", "-", stdin="\n".join(lines))
    _python(net, "-m", "tests.lab.offload", "line").wait(READY_S)


def _wire_home(lab: str) -> None:
    """Make the bridge and give each device its wire and its MAC."""
    gw = full_name(lab, "gw")
    ip("netns", "exec", gw, "sh", "-c", GATEWAY_SWITCHES)
    ip("-n", gw, "link", "add", "br-lan", "address", GATEWAY_MAC, "type", "bridge", "mcast_snooping", "0")
    lines = []
    for device in DEVICES:
        port = f"lan-{device.key}"
        far = full_name(lab, device.key)
        ip("-n", gw, "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", far)
        ip("-n", far, "link", "set", "eth0", "address", device.mac)
        lines += [f"link set {port} master br-lan", f"link set {port} up"]
    lines += [f"address add {GATEWAY}/24 dev br-lan", f"address add {LAN6_PREFIX}1/64 dev br-lan nodad",
              "link set br-lan up"]  # fmt: skip
    ip("-n", gw, "-batch", "-", stdin="\n".join(lines))
    ports = [f"lan-{device.key}" for device in DEVICES]
    _python(gw, "-m", "tests.lab.offload", "wan", "br-lan", *ports).wait(READY_S)


def _start_daemons(lab: str, folder: Path) -> None:
    net, gw = full_name(lab, "net"), full_name(lab, "gw")
    values = {"folder": folder, "resolver": cloud.RESOLVER, "prefix": LAN6_PREFIX}
    hosts = "".join(f"dhcp-host={device.mac},{device.ipv4}\n" for device in DEVICES)
    texts = {
        net: INTERNET_DNS.format(**values) + world.name_server_config(),
        gw: GATEWAY_DNS.format(**values) + hosts,
    }
    for namespace, text in texts.items():
        settings = folder / f"{namespace}.conf"
        settings.write_text(text)
        ip("netns", "exec", namespace, "dnsmasq", f"--conf-file={settings}")  # returns when it serves
    _await_ready(_python(net, "-m", "tests.lab.internet", str(folder), log=folder / "internet.log"))


def _python(
    namespace: str, *arguments: str, log: Path | None = None, stdout: int = subprocess.PIPE
) -> subprocess.Popen[str]:
    """Start this Python in a namespace, in its own session; complaints go to `log` or to our own."""
    command = ["ip", "netns", "exec", namespace, sys.executable, *arguments]
    stderr: IO[str] | None = log.open("w") if log else None
    try:
        return subprocess.Popen(
            command, cwd=REPOSITORY, stdout=stdout, stderr=stderr, text=True, start_new_session=True
        )
    finally:
        if stderr:
            stderr.close()


def _await_ready(process: subprocess.Popen[str]) -> None:
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


def record(lab: str, out: Path, rounds: int = 2) -> str:
    """Record an evening of the home, on the LAN side of the gateway; return a line on what was written.

    `out` is pcapng, gzip when it ends in .gz. Raises LabError when a toy failed or a packet was lost.
    """
    with locked(lab) as lock, guarded(lab, lock):
        up(lab)
        folder = folder_of(lab)
        raw = folder / "lan.pcapng"
        arguments = ("-m", "tests.lab.recorder", str(raw), "--interface", "br-lan")
        recorder = _python(full_name(lab, "gw"), *arguments)
        _await_ready(recorder)
        _await_toys(lab, start_toys(lab, rounds))
        time.sleep(LAST_PACKETS_S)
        recorder.terminate()
        said, _ = recorder.communicate(timeout=READY_S)
        if said.strip() != "dropped 0":
            raise LabError(f"the recorder says {said.strip()!r}, expected 'dropped 0': the machine is busy")
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
