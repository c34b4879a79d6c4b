"""`tattlebox inspect CAPTURE`: every field Wireshark knows of a few flows, for research.

Wireshark's dissectors read hostile bytes in C, which is why the sensor does without them: here they run in a
child process with limits of memory, processor time and packets, and never on live traffic.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from appliance.cli.common import CommandError, printable
from appliance.cli.inputs import Inputs
from sensor.records import FlowRecord

MAX_PACKETS: Final = 1_000
"""Packets printed unless another number is asked for: what a person can read, with their fields, and more."""

TIMEOUT_S: Final = 120
CPU_S: Final = 100
MEMORY_BYTES: Final = 2 * 1024**3
"""Limits of the child: tshark takes about 200 MB; a capture that takes longer wants a narrower filter."""

MAX_UIDS: Final = 16
"""Flows chosen at once: each adds a condition to the filter."""

_CHILD: Final = """
import json, resource, sys
path, wanted, most, memory, cpu = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
import pyshark
capture = pyshark.FileCapture(path, display_filter=wanted or None, keep_packets=False, use_ek=False)
for number, packet in enumerate(capture):
    if number >= most:
        break
    layers = [{"layer": layer.layer_name, **{str(k): str(v) for k, v in layer._all_fields.items()}}
              for layer in packet.layers]
    print(json.dumps({"number": int(packet.number), "ts": float(packet.sniff_timestamp), "layers": layers}))
sys.stdout.flush()
capture.close()
"""
"""Runs in the child, whose limits tshark inherits: pyshark starts it and reads its XML."""


def add(commands: Any) -> None:
    """Add the verb."""
    parser = commands.add_parser(
        "inspect",
        help="print every field Wireshark knows of some flows of a capture",
        description="Deep dissection of saved captures with pyshark and tshark, one JSON object a packet.",
        epilog="Needs the extra: pip install 'tattlebox[research]', and tshark (apt-get install tshark).",
    )
    parser.add_argument("capture", type=Path, metavar="CAPTURE", help="pcap or pcapng, gzip or not")
    parser.add_argument("--uid", action="append", default=[], help="a flow, as `tattlebox dissect` names it")
    parser.add_argument("--filter", default="", metavar="TEXT", help="a Wireshark display filter")
    parser.add_argument("--packets", type=int, default=MAX_PACKETS, metavar="N", help="at most N packets")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    missing = _missing()
    if missing:
        raise CommandError(missing)
    if not Inputs([args.capture]).files:
        return 1
    if len(args.uid) > MAX_UIDS:
        raise CommandError(f"{len(args.uid)} flows are more than the {MAX_UIDS} that one filter takes")
    wanted = _joined(args.filter, _flow_filters(args.capture, args.uid) if args.uid else [])
    return _inspect(args.capture.resolve(), wanted, max(1, args.packets))


def _missing() -> str | None:
    """Return what is not installed and how to get it, None when all is there."""
    if importlib.util.find_spec("pyshark") is None:
        return "inspect needs pyshark, which is not installed; pip install 'tattlebox[research]'"
    if shutil.which("tshark") is None:
        return "inspect needs tshark, which is not installed; apt-get install tshark"
    return None


def _flow_filters(capture: Path, uids: list[str]) -> list[str]:
    """Return a display filter for each flow. Raises CommandError for a uid that the capture does not have."""
    flows = {
        record.uid: flow_filter(record)
        for record in Inputs([capture]).records(lambda _: None)
        if isinstance(record, FlowRecord) and record.uid in uids
    }
    for uid in uids:
        if uid not in flows:
            raise CommandError(f"{capture} has no flow {uid}; `tattlebox dissect {capture}` lists its flows")
    return list(flows.values())


def flow_filter(flow: FlowRecord) -> str:
    """Return the Wireshark display filter for the packets of a flow."""
    ip = "ipv6" if ":" in flow.orig_h else "ip"
    ends = f"{ip}.addr == {flow.orig_h} && {ip}.addr == {flow.resp_h}"
    if flow.proto in ("tcp", "udp") and flow.orig_p:
        ends += f" && {flow.proto}.port == {flow.orig_p} && {flow.proto}.port == {flow.resp_p}"
    times = f"frame.time_epoch >= {flow.ts:.6f} && frame.time_epoch <= {flow.ts + flow.duration_s + 1e-6:.6f}"
    return f"({ends} && {times})"


def _joined(wanted: str, flows: list[str]) -> str:
    either = " || ".join(flows)
    return f"({wanted}) && ({either})" if wanted and either else wanted or either


def _inspect(capture: Path, wanted: str, most: int) -> int:
    """Let the child print. Raises CommandError when it failed or passed a limit."""
    limits = [str(number) for number in (most, MEMORY_BYTES, CPU_S)]
    command = [sys.executable, "-c", _CHILD, str(capture), wanted, *limits]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True, text=True
    ) as child:
        try:
            _, complaint = child.communicate(timeout=TIMEOUT_S)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)  # tshark too
            raise CommandError(
                f"tshark took longer than {TIMEOUT_S} s; choose fewer packets with --uid or --filter"
            ) from None
    if child.returncode == 0:
        return 0
    last = complaint.strip().rpartition("\n")[2] or f"exit status {child.returncode}"
    raise CommandError(
        "tshark could not finish: it passed a limit, did not understand the filter, or the capture is cut "
        f"short: {printable(last)}"
    )
