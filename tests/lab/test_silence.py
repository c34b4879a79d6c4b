"""Nothing that Tattlebox sees leaves the home: in a network of its own it sends no packet (threats R22).

The namespace has an address, a default route and a resolver that is not there, so that whatever wanted out
would show on the wire; a probe shows that the wire would tell.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sensor.offline import capture_records
from sensor.records import FlowRecord
from tests.lab import namespaces
from tests.lab.namespaces import full_name, ip
from tests.lab.test_lab import needs_lab

pytestmark = [pytest.mark.lab, pytest.mark.slow, pytest.mark.xdist_group("namespaces"), needs_lab]

LAB = f"quiet{os.getpid()}"
INSIDE, OUTSIDE = full_name(LAB, "in"), full_name(LAB, "out")
ROOT = Path(__file__).parents[2]
CAPTURE = ROOT / "tests" / "captures" / "household.pcapng.gz"
PROBE = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.7', 9))"
SERVED = """
import threading, time, urllib.request
from tests.web.served import serving
from pathlib import Path
with serving(Path({store!r})) as served:
    for path in ("/", "/devices", "/alerts", "/sharing", "/settings/", "/api/v1/health"):
        urllib.request.urlopen(f"http://127.0.0.1:{{served.port}}{{path}}", timeout=30).read()
"""


def inside(*words: str) -> None:
    """Run Python in the namespace. Raises CalledProcessError."""
    subprocess.run(
        ["ip", "netns", "exec", INSIDE, sys.executable, *words],
        check=True,
        timeout=120,
        cwd=ROOT,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def tattlebox(*words: str) -> None:
    inside("-c", "import sys; from appliance.cli import main; sys.exit(main(sys.argv[1:]))", *words)


@pytest.fixture
def wire() -> Iterator[None]:
    """A namespace whose every packet for elsewhere goes over one wire, and a resolver at its other end."""
    resolver = Path("/etc/netns") / INSIDE / "resolv.conf"
    try:
        for name in (INSIDE, OUTSIDE):
            ip("netns", "add", name)
            ip("-n", name, "link", "set", "lo", "up")
        ip("link", "add", "wan", "netns", INSIDE, "type", "veth", "peer", "tap", "netns", OUTSIDE)
        for name, side, address in ((INSIDE, "wan", "198.18.9.1/24"), (OUTSIDE, "tap", "198.18.9.2/24")):
            ip("-n", name, "address", "add", address, "dev", side)
            ip("-n", name, "link", "set", side, "up")
        ip("-n", INSIDE, "route", "add", "default", "via", "198.18.9.2")
        resolver.parent.mkdir(parents=True)
        resolver.write_text("nameserver 198.18.9.2\n")
        yield
    finally:
        namespaces.remove(LAB)
        resolver.unlink(missing_ok=True)
        if resolver.parent.is_dir():
            resolver.parent.rmdir()


@contextmanager
def recorded(out: Path) -> Iterator[None]:
    """Record what comes over the wire until the block ends."""
    command = ["ip", "netns", "exec", OUTSIDE, sys.executable, "-m", "tests.lab.recorder"]
    with subprocess.Popen(
        [*command, str(out), "--interface", "tap"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as recorder:
        assert recorder.stdout is not None
        assert recorder.stdout.readline() == "ready\n"
        yield
        recorder.terminate()
        assert recorder.communicate(timeout=30)[0] == "dropped 0\n"


def sent(capture: Path) -> list[str]:
    """Return where the namespace sent what programs send; the kernel's own neighbour discovery is not."""
    records = capture_records([capture], lambda error: pytest.fail(str(error)))
    flows = [one for one in records if isinstance(one, FlowRecord) and one.proto in {"tcp", "udp"}]
    return [f"{flow.proto} {flow.resp_h} {flow.resp_p}" for flow in flows]


@pytest.mark.usefixtures("wire")
def test_a_home_is_read_kept_shown_and_exported_without_a_packet(tmp_path: Path) -> None:
    store = str(tmp_path / "home.db")
    with recorded(tmp_path / "silence.pcapng"):
        tattlebox("replay", str(CAPTURE), "--store", store)
        tattlebox("doctor", "--store", store)
        tattlebox("lists", "status", "--packs", str(tmp_path / "packs"))
        tattlebox("export", "flows", "--store", store, "--out", str(tmp_path))
        tattlebox("archive", "--store", store)
        inside("-c", SERVED.format(store=store))
    assert sent(tmp_path / "silence.pcapng") == []
    with recorded(tmp_path / "probe.pcapng"):
        inside("-c", PROBE)
    assert sent(tmp_path / "probe.pcapng") == ["udp 192.0.2.7 9"]
