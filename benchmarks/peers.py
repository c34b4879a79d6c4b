"""The programs that are measured side by side: how each reads a capture, and how much of it.

Ours first: the meter, the sensor with every dissector on, and a replay into the store. Then those of others:
flow tools read the whole file, and so does `cat`, the limit; what is slower by an order of magnitude reads a
prefix of it, whose cost less that of its first packets (start-up) is scaled to the whole.
"""

from __future__ import annotations

import importlib.util
import shutil
import struct
import subprocess
import sys
from pathlib import Path
from typing import Final, NamedTuple

METER: Final = """
import sys
root, spill, capture = sys.argv[1:]
sys.path.insert(0, root)
from sensor.capture.file import blocks
from sensor.meter import new_meter
meter = new_meter()
with open(spill, "wb") as out:
    for block in blocks(capture):
        out.write(meter.feed(block).flows())
    while flows := meter.flush(10_000):
        out.write(flows.flows())
print(meter.stats()["packets"])
"""
SENSOR: Final = """
import sys
from collections import deque
from sensor.capture.file import blocks
from sensor.meter import new_meter
from sensor.pipeline import Pipeline
pipeline = Pipeline(new_meter())
for block in blocks(sys.argv[1]):
    deque(pipeline.feed(block), 0)
deque(pipeline.flush(), 0)
"""
NFSTREAM: Final = """
import sys
from nfstream import NFStreamer
for flow in NFStreamer(sys.argv[1], n_dissections={dissections}, n_meters=1):
    pass
"""
SCAPY: Final = """
import sys
from scapy.all import IP, IPv6, PcapReader, TCP, UDP
flows = {}
for packet in PcapReader(sys.argv[1]):
    ip = packet.getlayer(IP) or packet.getlayer(IPv6)
    if ip is None:
        continue
    ports = packet.getlayer(TCP) or packet.getlayer(UDP)
    ends = sorted([(ip.src, ports.sport if ports else 0), (ip.dst, ports.dport if ports else 0)])
    count = flows.setdefault((*ends[0], *ends[1]), [0, 0])
    count[0] += 1
    count[1] += len(packet)
"""
DPKT: Final = """
import sys
import dpkt
flows = {}
for _, data in dpkt.pcap.Reader(open(sys.argv[1], "rb")):
    ip = dpkt.ethernet.Ethernet(data).data
    if not isinstance(ip, (dpkt.ip.IP, dpkt.ip6.IP6)):
        continue
    ports = ip.data if isinstance(ip.data, (dpkt.tcp.TCP, dpkt.udp.UDP)) else None
    ends = sorted([(ip.src, ports.sport if ports else 0), (ip.dst, ports.dport if ports else 0)])
    count = flows.setdefault((*ends[0], *ends[1]), [0, 0])
    count[0] += 1
    count[1] += len(data)
"""
PYSHARK: Final = """
import sys
import pyshark
flows = {}
for packet in pyshark.FileCapture(sys.argv[1], keep_packets=False):
    ip = getattr(packet, "ip", None) or getattr(packet, "ipv6", None)
    if ip is not None:
        flows[ip.src, ip.dst] = flows.get((ip.src, ip.dst), 0) + int(packet.length)
"""
LIBINSPECTOR: Final = """
import sys
from libinspector import global_state, mem_db, packet_processor
from scapy.all import PcapReader
global_state.db_conn_and_lock = mem_db.initialize_db()
for packet in PcapReader(sys.argv[1]):
    packet_processor.process_packet_helper(packet)
"""
FIRST_PACKETS: Final = 10
"""What a program needs for these is its start-up."""


class Program(NamedTuple):
    """A program and how it is started. `prefix`: packets of the capture that it reads, 0 for all."""

    name: str
    command: tuple[str, ...]  # to which the capture's path is added
    prefix: int = 0


def meter(scratch: Path) -> Program:
    """Return the meter alone, which needs nothing but the standard library; its flows go to a file."""
    root = str(Path(__file__).resolve().parents[1])
    return Program("meter", (sys.executable, "-S", "-c", METER, root, str(scratch / "flows")))


def ours(scratch: Path) -> dict[str, Program]:
    """Return our own programs; a replay makes its store anew in the scratch folder."""
    replay = f"import sys; from appliance.cli import main; store = {str(scratch / 'replay.db')!r}\n"
    replay += "sys.exit(main(['replay', sys.argv[1], '--store', store]))"
    scripts = {"sensor": SENSOR, "replay": replay}
    named = {name: Program(name, (sys.executable, "-c", script)) for name, script in scripts.items()}
    return {"meter": meter(scratch), **named}


def others(python: str, scratch: Path, collector: str) -> dict[str, Program]:
    """Return the programs of others; `python` is the interpreter that has those written in Python.

    `collector` is the address of a UDP socket to which softflowd sends its flows, as its users let it.
    """
    softflowd = ("softflowd", "-d", "-6", "-m", "2000000", "-p", "none", "-c", "none")
    softflowd += ("-v", "10", "-n", collector, "-r")
    tshark = ("tshark", "-n", "-q", "-z", "conv,ip", "-z", "conv,ipv6", "-r")

    def script(text: str) -> tuple[str, ...]:
        return (python, "-c", text)

    programs = (
        Program("cat", ("cat",)),
        Program("softflowd", softflowd),
        Program("nfpcapd", ("nfpcapd", "-w", str(scratch), "-r")),
        Program("argus", ("argus", "-w", "/dev/null", "-r")),
        Program("ndpireader", ("ndpiReader", "-q", "-i")),
        Program("nfstream", script(NFSTREAM.format(dissections=0)), 500_000),
        Program("nfstream20", script(NFSTREAM.format(dissections=20)), 500_000),
        Program("dpkt", script(DPKT), 300_000),
        Program("tshark", tshark, 200_000),
        Program("scapy", script(SCAPY), 20_000),
        Program("libinspector", script(LIBINSPECTOR), 10_000),
        Program("pyshark", script(PYSHARK), 2_000),
    )
    return {program.name: program for program in programs}


def installed(program: Program) -> bool:
    """Say whether the program can be started."""
    module = program.name.removesuffix("20")
    if shutil.which(program.command[0]) is None or program.command[1:2] != ("-c",):
        return shutil.which(program.command[0]) is not None
    if program.command[0] == sys.executable:
        return importlib.util.find_spec(module) is not None
    command = [program.command[0], "-c", f"import {module}"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def prefix(capture: Path, packets: int, out: Path) -> Path:
    """Write the first packets of a classic pcap, little-endian, to `out`; return that path."""
    data = capture.open("rb")
    with data, out.open("wb") as copy:
        copy.write(data.read(24))
        for _ in range(packets):
            head = data.read(16)
            if len(head) < 16:
                break
            copy.write(head + data.read(struct.unpack_from("<I", head, 8)[0]))
    return out
