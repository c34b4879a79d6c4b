"""Tags, bridges and frames for others, on wires between network namespaces."""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sensor.records import FlowRecord
from tests.sensor.meter import frames as f

ROOT = Path(__file__).parents[3]
HOME, TOY, PHONE = (f"tbx-{name}{os.getpid()}" for name in ("h", "t", "p"))
VLAN = 7
BROADCAST = b"\xff" * 6

pytestmark = [
    pytest.mark.lab,
    pytest.mark.xdist_group("namespaces"),
    pytest.mark.skipif(os.geteuid() != 0, reason="live tests make network namespaces: they need root"),
    pytest.mark.skipif(shutil.which("ip") is None, reason="live tests need ip: apt-get install iproute2"),
]

SEND = """
import socket, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW); s.bind(("eth0", 0))
for frame in sys.argv[1:]: s.send(bytes.fromhex(frame))
"""
WATCH = """
import json, sys, time
from sensor.capture.live import LiveCapture
from sensor.meter import new_meter
from sensor.records import FlowRecord
capture = LiveCapture(sys.argv[2:], 0.0, promiscuous=sys.argv[1] == "promiscuous")
meter, flows = new_meter(), []
print("ready", flush=True)
sys.stdin.readline()
time.sleep(0.3)
take = lambda block: flows.extend(meter.feed(block))
capture.read(take)
flows.extend(meter.flush())
print(json.dumps([item for item in flows if isinstance(item, FlowRecord)]))
"""


def ip(*words: str) -> str:
    return subprocess.run(["ip", *words], check=True, capture_output=True, text=True).stdout


def wait_until_it_forwards() -> None:
    """The kernel tells a bridge of the lines of its ports a second later."""
    deadline = time.monotonic() + 10
    for port in ("lan0", "lan1"):
        while "forwarding" not in ip("-n", HOME, "-d", "link", "show", port):
            assert time.monotonic() < deadline, f"{port} does not forward"
            time.sleep(0.05)


@pytest.fixture
def bridged() -> Iterator[None]:
    """A home whose bridge joins a toy's wire and a phone's, with no address of its own."""
    for name in (HOME, TOY, PHONE):
        ip("netns", "add", name)
    try:
        ip("-n", HOME, "link", "add", "br0", "type", "bridge")
        for port, far in (("lan0", TOY), ("lan1", PHONE)):
            ip("-n", HOME, "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", far)
            ip("-n", HOME, "link", "set", port, "master", "br0", "up")
            ip("-n", far, "link", "set", "eth0", "up")
        ip("-n", HOME, "link", "set", "br0", "up")
        wait_until_it_forwards()
        yield
    finally:
        for name in (HOME, TOY, PHONE):
            ip("netns", "delete", name)


class Watching:
    """A capture in the home, and the flows it saw."""

    def __init__(self, mode: str, *interfaces: str) -> None:
        words = ["ip", "netns", "exec", HOME, sys.executable, "-c", WATCH, mode, *interfaces]
        self._process = subprocess.Popen(
            words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"

    def flows(self) -> list[FlowRecord]:
        out, _ = self._process.communicate("\n", timeout=20)
        return [FlowRecord(*fields) for fields in json.loads(out)]


def send(namespace: str, *frames: bytes) -> None:
    words = ["ip", "netns", "exec", namespace, sys.executable, "-c", SEND]
    subprocess.run([*words, *(frame.hex() for frame in frames)], check=True, timeout=20)


def checked(packet: bytes) -> bytes:
    """Return the IPv4 packet with its checksum: a bridge may drop one without."""
    total = sum(struct.unpack(">10H", packet[:20]))
    total = (total & 0xFFFF) + (total >> 16)
    return packet[:10] + struct.pack(">H", 0xFFFF - ((total & 0xFFFF) + (total >> 16))) + packet[12:]


def datagram(port: int, dst: bytes = f.ROUTER, tag: int | None = None) -> bytes:
    packet = checked(f.ipv4(f.udp(40_000, port, b"x" * 40), 17))
    if tag is None:
        return f.ethernet(packet, dst=dst)
    return f.ethernet(struct.pack(">HH", tag, 0x0800) + packet, 0x8100, dst=dst)


def test_a_tag_that_the_kernel_takes_out_is_counted_and_told(bridged: None) -> None:
    """There is no VLAN module here: the frame with its tag is sent by a packet socket."""
    watching = Watching("plain", "lan0")
    plain, tagged, high = datagram(1), datagram(2, tag=VLAN), datagram(3, tag=0xE000 | VLAN)
    send(TOY, plain, tagged, high)
    seen = {
        flow.resp_p: (flow.vlan, flow.orig_wire_bytes) for flow in watching.flows() if flow.proto == "udp"
    }
    assert seen == {1: (None, len(plain)), 2: (VLAN, len(tagged)), 3: (VLAN, len(high))}


@pytest.mark.parametrize(("mode", "passing"), [("plain", 0), ("promiscuous", 3)])
def test_a_bridge_shows_what_passes_it_only_when_promiscuous(bridged: None, mode: str, passing: int) -> None:
    link = json.loads(ip("-n", PHONE, "-j", "link", "show", "eth0"))[0]
    phone = bytes.fromhex(link["address"].replace(":", ""))
    send(
        PHONE, f.ethernet(checked(f.ipv4(f.udp(1, 2), 17)), src=phone, dst=BROADCAST)
    )  # so it is known where
    watching = Watching(mode, "br0")
    send(TOY, *[datagram(9, phone)] * 3, *[datagram(10, BROADCAST)] * 2)
    counted = {flow.resp_p: flow.orig_pkts for flow in watching.flows() if flow.resp_p in (9, 10)}
    assert counted == {10: 2} | ({9: passing} if passing else {})


def test_only_that_mode_makes_the_interface_promiscuous(bridged: None) -> None:
    def promiscuous() -> bool:
        return bool(json.loads(ip("-n", HOME, "-d", "-j", "link", "show", "br0"))[0]["promiscuity"])

    for mode in ("plain", "promiscuous"):
        watching = Watching(mode, "br0")
        assert promiscuous() == (mode == "promiscuous")
        watching.flows()
        assert not promiscuous()


def test_a_bridge_and_its_port_are_refused_together(bridged: None) -> None:
    words = ["ip", "netns", "exec", HOME, sys.executable, "-c", WATCH, "plain", "br0", "lan0"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=20)
    assert "show the same packets" in done.stderr
