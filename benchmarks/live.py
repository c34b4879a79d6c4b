"""Measures live capture over a veth pair in namespaces of its own: python benchmarks/live.py [--seconds N]

Needs root, ip and cc. Prints `name: value` lines last:
- drops_150k: packets that the kernel dropped or nobody counted at 150,000 packets/s of 128 bytes;
- cpu_percent_50k: processor time of the whole sensor at 50,000 packets/s of 300 bytes, of one core;
- gro_byte_error: share of the bytes of a TCP transfer, offloads on, by which the flow differs from TCP_INFO.
Each is the median of --rounds; a machine that is busy with other things makes them worse.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from appliance.ingest import socket_records  # noqa: E402
from sensor.records import FlowRecord, Record, SensorStats  # noqa: E402

WATCHER, SENDER = "tbxbench-a", "tbxbench-b"
HERE, THERE = "198.18.77.1", "198.18.77.2"
TRANSFER_BYTES = 2_000_000_000
RECEIVE = """
import socket, sys
server = socket.create_server((sys.argv[1], 5001)); print("ready", flush=True)
connection, _ = server.accept()
while connection.recv(1 << 20): pass
"""
SEND = """
import json, socket, struct, sys, time
data = bytes(1 << 20)
connection = socket.create_connection((sys.argv[1], 5001))
left = int(sys.argv[2])
while left > 0: left -= connection.send(data[:left])
connection.shutdown(socket.SHUT_WR)
connection.recv(1)
info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 232)
bytes_acked, = struct.unpack_from("Q", info, 120); segs_out, segs_in = struct.unpack_from("II", info, 136)
bytes_retrans, = struct.unpack_from("Q", info, 208)
print(json.dumps([bytes_acked, bytes_retrans, segs_out, segs_in]))
"""


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


@contextmanager
def wire() -> Iterator[None]:
    """Two namespaces with a wire between them."""
    for name in (WATCHER, SENDER):
        subprocess.run(["ip", "netns", "delete", name], stderr=subprocess.DEVNULL, check=False)
        ip("netns", "add", name)
    try:
        ip("-n", WATCHER, "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", SENDER)
        for name, address in ((WATCHER, HERE), (SENDER, THERE)):
            ip("-n", name, "address", "add", f"{address}/30", "dev", "eth0")
            ip("-n", name, "link", "set", "eth0", "up")
        yield
    finally:
        for name in (WATCHER, SENDER):
            ip("netns", "delete", name)


class Running:
    """A sensor on the wire, and the records it says."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "sensor.sock"
        command = [sys.executable, "-m", "sensor", "--interface", "eth0", "--socket", str(self.path)]
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", WATCHER, *command], cwd=ROOT, stderr=subprocess.PIPE
        )
        assert self.process.stderr is not None
        self.process.stderr.readline()  # it watches
        self.records: list[Record] = []
        self._ended = False
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        for record in socket_records(self.path, lambda: self._ended):
            if record is not None:
                self.records.append(record)

    def cpu_s(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> list[Record]:
        """Stop the sensor; return all it said."""
        self.process.terminate()
        self.process.wait(20)
        time.sleep(0.5)
        self._ended = True
        self._reader.join()
        return self.records


def blast(folder: Path, sender: Path, rate: int, seconds: int, size: int) -> tuple[int, float]:
    """Send packets; return those that the sensor missed, and its processor time in percent."""
    sensor = Running(folder)
    before, begun = sensor.cpu_s(), time.monotonic()
    command = [str(sender), "eth0", str(rate), str(seconds), str(size), "200"]
    done = subprocess.run(
        ["ip", "netns", "exec", SENDER, *command], check=True, capture_output=True, text=True
    )
    percent = 100 * (sensor.cpu_s() - before) / (time.monotonic() - begun)
    count, took = done.stdout.split()
    records = sensor.stop()
    seen = sum(item.orig_pkts for item in records if isinstance(item, FlowRecord) and item.resp_p == 9)
    drops = max(item.kernel_drops for item in records if isinstance(item, SensorStats))
    rate_seen = int(count) / float(took)
    print(
        f"{rate_seen:,.0f} packets/s of {size} bytes: {count} sent, {seen} counted, "
        f"{drops} dropped by the kernel, {percent:.2f} % of one core; load {os.getloadavg()[0]:.2f}"
    )
    return max(int(count) - seen, drops), percent


def transfer(folder: Path) -> float:
    """Send a TCP stream with offloads on; return by which share its counted bytes are wrong."""
    sensor = Running(folder)
    receiver = subprocess.Popen(
        ["ip", "netns", "exec", WATCHER, sys.executable, "-c", RECEIVE, HERE], stdout=subprocess.PIPE
    )
    assert receiver.stdout is not None
    receiver.stdout.readline()
    sent = subprocess.run(
        ["ip", "netns", "exec", SENDER, sys.executable, "-c", SEND, HERE, str(TRANSFER_BYTES)],
        check=True,
        capture_output=True,
        text=True,
    )
    receiver.wait(10)
    acked, again, segments, _ = json.loads(sent.stdout)
    flows = [item for item in sensor.stop() if isinstance(item, FlowRecord) and item.resp_p == 5001]
    counted, packets = sum(flow.orig_bytes for flow in flows), sum(flow.orig_pkts for flow in flows)
    wanted = acked - 1 + again - 1  # SYN and FIN count as a byte each
    print(f"transfer: {wanted} bytes in {segments} segments by TCP_INFO, {counted} in {packets} counted")
    wire_bytes = sum(flow.orig_wire_bytes for flow in flows)
    wanted_wire = wanted + segments * 66  # Ethernet, IPv4, TCP with timestamps; the SYN has 8 more
    print(f"transfer: {wanted_wire + 8} wire bytes by TCP_INFO, {wire_bytes} counted")
    return abs(wire_bytes - wanted_wire - 8) / (wanted_wire + 8)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    if os.geteuid() != 0:
        print("live: needs root, to make network namespaces: run it with sudo", file=sys.stderr)
        return 1
    figures: dict[str, list[float]] = {"drops_150k": [], "cpu_percent_50k": [], "gro_byte_error": []}
    with tempfile.TemporaryDirectory() as name, wire():
        folder = Path(name)
        sender = folder / "packet_sender"
        source = ROOT / "benchmarks" / "packet_sender.c"
        subprocess.run(["cc", "-O2", "-Wall", "-o", str(sender), str(source)], check=True)
        for _ in range(args.rounds):
            figures["drops_150k"].append(blast(folder, sender, 150_000, args.seconds, 128)[0])
            figures["cpu_percent_50k"].append(blast(folder, sender, 50_000, args.seconds, 300)[1])
            figures["gro_byte_error"].append(transfer(folder))
    for name, values in figures.items():
        print(f"{name}: {statistics.median(values):.6g}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
