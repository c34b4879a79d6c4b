"""The whole sensor on a wire between two network namespaces: what real programs send, and what breaks there.

The long form of the interface test: TATTLEBOX_DOWNS=50 .venv/bin/pytest tests/sensor/capture/test_live.py
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from appliance.ingest import SensorLink
from sensor.capture.live import LiveCapture, LiveError
from sensor.records import (
    DhcpRequest,
    DnsAnswer,
    DnsQuery,
    FlowRecord,
    HttpRequest,
    Loss,
    Record,
    SensorStats,
)

ROOT = Path(__file__).parents[3]
DOWNS = int(os.environ.get("TATTLEBOX_DOWNS", "5"))
A, B = f"tbx-a{os.getpid()}", f"tbx-b{os.getpid()}"
HERE, THERE, HERE6, THERE6 = "198.18.5.1", "198.18.5.2", "2001:2:5::1", "2001:2:5::2"
Kind = TypeVar("Kind")

pytestmark = [
    pytest.mark.lab,
    pytest.mark.xdist_group("namespaces"),
    pytest.mark.skipif(os.geteuid() != 0, reason="live tests make network namespaces: they need root"),
    pytest.mark.skipif(shutil.which("ip") is None, reason="live tests need ip: apt-get install iproute2"),
]

SERVER = """
import socket, sys, threading
def http(address, family):
    server = socket.create_server((address, 80), family=family)
    while True:
        client, _ = server.accept()
        with client:
            client.recv(4096)
            client.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\nConnection: close\\r\\n\\r\\nok")
def names(address, family):
    server = socket.socket(family, socket.SOCK_DGRAM); server.bind((address, 53))
    while True:
        query, who = server.recvfrom(512)
        record = bytes.fromhex("c00c00010001000000e10004c6120502")
        server.sendto(query[:2] + bytes.fromhex("8180000100010000" "0000") + query[12:] + record, who)
def bulk(address):
    server = socket.create_server((address, 5001))
    while True:
        client, _ = server.accept()
        with client:
            while client.recv(1 << 20): pass
for job in [(http, sys.argv[1], socket.AF_INET), (http, sys.argv[2], socket.AF_INET6),
            (names, sys.argv[1], socket.AF_INET), (names, sys.argv[2], socket.AF_INET6), (bulk, sys.argv[1])]:
    threading.Thread(target=job[0], args=job[1:], daemon=True).start()
print("ready", flush=True)
threading.Event().wait()
"""
ASK = """
import socket, sys
family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
s = socket.socket(family, socket.SOCK_DGRAM); s.settimeout(3)
question = bytes.fromhex("000701000001000000000000" "03617069076578616d706c6503636f6d0000010001")
s.sendto(question, (sys.argv[1], 53))
s.recv(512)
"""
DHCP = """
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth0"); s.bind(("", 68))
head = bytes([1, 1, 6, 0]) + b"tbox" + bytes(20) + bytes.fromhex("020000000009") + bytes(202)
s.sendto(head + bytes.fromhex("63825363" "350101" "0c04") + b"bear" + b"\\xff", ("255.255.255.255", 67))
"""
BULK = """
import json, socket, struct, sys
s = socket.create_connection((sys.argv[1], 5001)); left = 100_000_000; data = bytes(1 << 20)
while left > 0: left -= s.send(data[:left])
s.shutdown(socket.SHUT_WR); s.recv(1)
info = s.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 232)
print(json.dumps([*struct.unpack_from("Q", info, 120), *struct.unpack_from("Q", info, 208),
                  *struct.unpack_from("I", info, 136)]))
"""
FLOOD = """
import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); end = time.monotonic() + 1.5
while time.monotonic() < end:
    try: s.sendto(b"\\0" * 1000, (sys.argv[1], 53))
    except OSError: pass
"""


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


def inside(namespace: str, *command: str) -> str:
    """Return what a command prints in a namespace."""
    words = ["ip", "netns", "exec", namespace, *command]
    return subprocess.run(words, check=True, capture_output=True, text=True, timeout=30).stdout


def lay_wire() -> None:
    ip("-n", A, "link", "add", "lan0", "type", "veth", "peer", "name", "eth0", "netns", B)
    for namespace, name, addresses in ((A, "lan0", (HERE, HERE6)), (B, "eth0", (THERE, THERE6))):
        ip("-n", namespace, "address", "add", f"{addresses[0]}/24", "dev", name)
        ip("-n", namespace, "address", "add", f"{addresses[1]}/64", "dev", name, "nodad")
        ip("-n", namespace, "link", "set", name, "up")


@pytest.fixture(scope="module")
def namespaces() -> Iterator[None]:
    for name in (A, B):
        subprocess.run(["ip", "netns", "delete", name], capture_output=True, check=False)
        ip("netns", "add", name)
        ip("-n", name, "link", "set", "lo", "up")
    yield
    for name in (A, B):
        ip("netns", "delete", name)


@pytest.fixture
def wire(namespaces: None) -> Iterator[None]:
    """A wire of its own, and servers at its watched end."""
    lay_wire()
    words = ["ip", "netns", "exec", A, sys.executable, "-c", SERVER, HERE, HERE6]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        server.stdout.readline()
        yield
        server.kill()
    subprocess.run(["ip", "-n", B, "link", "delete", "eth0"], capture_output=True, check=False)


class Sensor:
    """The sensor as a process, and an appliance that remembers what it says."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.socket, self.metrics = folder / "s", folder / "m"
        words = [
            "--interface",
            "lan0",
            "--socket",
            str(self.socket),
            "--metrics",
            str(self.metrics),
            *options,
        ]
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", A, sys.executable, "-m", "sensor", *words],
            cwd=ROOT,
            stderr=subprocess.PIPE,
        )
        assert self.process.stderr is not None
        assert b"watching lan0" in self.process.stderr.readline()
        self.records: list[Record] = []
        self.link = SensorLink(self.socket)
        self._gone = False
        self._reader = self._read()

    def _read(self) -> threading.Thread:
        def run() -> None:
            for record in self.link.records(lambda: self._gone):
                if record is not None:
                    self.records.append(record)

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def appliance_dies(self) -> None:
        """Forget all that was not stored, and where it was."""
        self._gone = True
        self._reader.join()

    def appliance_returns(self, position: list[Any]) -> None:
        self._gone = False
        self.link = SensorLink(self.socket, position)
        self._reader = self._read()

    def wait(self, kind: type[Kind], test: Callable[[Kind], object] = bool, within_s: float = 8.0) -> Kind:
        """Return the first record of this kind that passes; fail when none comes in time."""
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            for record in self.records:
                if isinstance(record, kind) and test(record):
                    return record
            time.sleep(0.02)
        pytest.fail(f"no {kind.__name__} within {within_s} s; came: {self.records[-5:]}")

    def stop(self) -> list[Record]:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(10)
            time.sleep(0.3)
            assert self.process.stderr is not None
            self.process.stderr.close()
        self._gone = True
        self._reader.join()
        return self.records


@pytest.fixture
def sensor(wire: None, tmp_path: Path) -> Iterator[Sensor]:
    sensor = Sensor(tmp_path, "--user", "nobody")
    yield sensor
    sensor.stop()


def test_programs_show_as_the_records_they_make(sensor: Sensor) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed: apt-get install curl")
    for server in (HERE, HERE6):
        url = f"http://[{server}]/" if ":" in server else f"http://{server}/"
        assert inside(B, "curl", "-s", "-m", "5", url) == "ok"
        inside(B, sys.executable, "-c", ASK, server)
    inside(B, sys.executable, "-c", DHCP)
    for server, client in ((HERE, THERE), (HERE6, THERE6)):
        sensor.wait(HttpRequest, lambda found, who=client: found.src == who and found.method == "GET")
        sensor.wait(
            DnsQuery, lambda found, who=client: (found.client, found.query) == (who, "api.example.com")
        )
        sensor.wait(DnsAnswer, lambda found, who=server: found.resolver == who and THERE in found.addresses)
    assert sensor.wait(DhcpRequest).hostname == "bear"
    flow = sensor.wait(FlowRecord, lambda found: (found.resp_p, found.end) == (80, "closed"), within_s=12)
    assert flow.orig_pkts >= 4, "a flow ends although nothing follows it"
    everything = sensor.stop()
    stats = [found for found in everything if isinstance(found, SensorStats)][-1]
    assert stats.packets == stats.flow_packets + stats.weird_packets + sum(count for _, count in stats.other)
    assert stats.kernel_drops == 0


def test_the_sensor_is_nobody_without_capabilities(sensor: Sensor) -> None:
    status = Path(f"/proc/{sensor.process.pid}/status").read_text()
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert set(fields["Uid"].split()) == {"65534"}
    assert {int(fields[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {0}
    assert fields["NoNewPrivs"] == "1"


def test_numbers_in_prometheus_form(sensor: Sensor) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed: apt-get install curl")
    sensor.wait(SensorStats)
    words = ["curl", "-s", "--max-time", "5", "--unix-socket", str(sensor.metrics), "http://sensor/metrics"]
    text = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    assert 'tattlebox_sensor_interface_up{interface="lan0"} 1' in text
    assert "# TYPE tattlebox_sensor_packets_total counter" in text


def seen_again(sensor: Sensor) -> None:
    """Make sure that a question asked now is seen within five seconds."""
    before = len([found for found in sensor.records if isinstance(found, DnsQuery)])
    deadline = time.monotonic() + 5
    while len([found for found in sensor.records if isinstance(found, DnsQuery)]) == before:
        assert time.monotonic() < deadline, "capture did not resume within 5 s"
        subprocess.run(
            ["ip", "netns", "exec", B, sys.executable, "-c", ASK, HERE], capture_output=True, check=False
        )


def test_an_interface_that_goes_down_and_up_leaves_a_gap_each_time(sensor: Sensor) -> None:
    spans = []
    for _ in range(DOWNS):
        ip("-n", A, "link", "set", "lan0", "down")
        begun = time.time()
        time.sleep(0.2)
        ip("-n", A, "link", "set", "lan0", "up")
        spans.append((begun, time.time()))
        seen_again(sensor)
    gaps = [found for found in sensor.records if isinstance(found, Loss) and found.kind == "gap"]
    assert len(gaps) == DOWNS
    for gap, (begun, ended) in zip(gaps, spans, strict=True):
        assert abs(gap.ts - begun) < 0.5
        assert abs(gap.until - ended) < 0.5


def test_an_interface_that_is_renamed_or_changes_its_mtu_is_watched_on(sensor: Sensor) -> None:
    ip("-n", A, "link", "set", "lan0", "mtu", "1280")
    seen_again(sensor)
    ip("-n", A, "link", "set", "lan0", "down")
    ip("-n", A, "link", "set", "lan0", "name", "home0")
    ip("-n", A, "link", "set", "home0", "up")
    seen_again(sensor)
    sensor.wait(Loss, lambda found: found.kind == "gap" and "home0" in found.detail)


def test_an_interface_that_is_deleted_and_made_again_is_taken_up(sensor: Sensor) -> None:
    ip("-n", B, "link", "delete", "eth0")
    time.sleep(0.3)
    lay_wire()
    seen_again(sensor)
    gap = sensor.wait(Loss, lambda found: found.kind == "gap")
    assert gap.until - gap.ts > 0.2
    assert "removed" in gap.detail


def test_drops_under_overload_are_told(wire: None, tmp_path: Path) -> None:
    sensor = Sensor(tmp_path, "--ring-mib", "1")
    sensor.process.send_signal(signal.SIGSTOP)
    inside(B, sys.executable, "-c", FLOOD, HERE)
    sensor.process.send_signal(signal.SIGCONT)
    loss = sensor.wait(Loss, lambda found: found.kind == "kernel_drop", within_s=10)
    assert loss.lost > 0
    stats = sensor.wait(SensorStats, lambda found: found.kernel_drops, within_s=10)
    assert stats.kernel_drops == loss.lost
    sensor.stop()


def test_an_appliance_that_dies_loses_nothing(sensor: Sensor) -> None:
    inside(B, sys.executable, "-c", ASK, HERE)
    sensor.wait(DnsQuery)
    stored, position = len(sensor.records), sensor.link.position
    inside(B, sys.executable, "-c", ASK, HERE6)
    sensor.wait(DnsQuery, lambda found: found.resolver == HERE6)
    sensor.appliance_dies()
    del sensor.records[stored:]
    inside(B, sys.executable, "-c", ASK, HERE)
    sensor.appliance_returns(position)
    sensor.wait(DnsQuery, lambda found: found.resolver == HERE6)
    time.sleep(0.5)
    asked = [found.resolver for found in sensor.stop() if isinstance(found, DnsQuery)]
    assert asked == [HERE, HERE6, HERE], "each once and in order"


def test_a_transfer_with_offloads_is_counted_as_it_was_on_the_wire(sensor: Sensor) -> None:
    acked, again, segments = json.loads(inside(B, sys.executable, "-c", BULK, HERE))
    flows = [found for found in sensor.stop() if isinstance(found, FlowRecord) and found.resp_p == 5001]
    wanted = (
        acked - 1 + again - 1 + segments * 66 + 8
    )  # SYN and FIN are a byte each; the SYN's options are longer
    counted = sum(flow.orig_wire_bytes for flow in flows)
    assert abs(counted - wanted) <= wanted * 1e-5
    assert abs(sum(flow.orig_pkts for flow in flows) - segments) <= segments * 1e-5


@pytest.mark.parametrize(("chosen", "said"), [(["nowhere"], "no interface is called"), (["lo", "lo"], "")])
def test_what_is_asked_for_is_checked(chosen: list[str], said: str) -> None:
    if said:
        with pytest.raises(LiveError, match=said):
            LiveCapture(chosen, 0.0)
        return
    capture = LiveCapture(chosen, 0.0)
    assert [one.name for one in capture.watched] == ["lo"]
    capture.close()
