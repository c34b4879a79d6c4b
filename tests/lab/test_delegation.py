"""IPv6 with a prefix that the line outside lends: routed, not translated, and closed from outside."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator

import pytest

from tests.lab import lab
from tests.lab.faults import await_that
from tests.lab.namespaces import full_name, ip, spawn
from tests.lab.test_lab import needs_lab

pytestmark = [pytest.mark.lab, pytest.mark.slow, pytest.mark.xdist_group("namespaces"), needs_lab]

LENT = "2001:2:0:fb00::/60"
SIX = "www.google.com"
PLAN = lab.PLAN._replace(network6="fd77:7ab1:e000::1/64")
WATCH = (
    "table inet lent { counter own {}; chain on { type filter hook forward priority 0;"
    f" ip6 saddr {LENT} counter name own; }}; }}"
)
KNOCK = "import socket, sys; socket.create_connection((sys.argv[1], 9), 1)"


@pytest.fixture
def lent() -> Iterator[str]:
    """Yield a lab whose line outside lends a prefix."""
    name = f"lent{os.getpid()}"
    try:
        machine = lab.up(name, PLAN)
        router = full_name(name, "router")
        command = ["ip", "netns", "exec", router, lab.PYTHON, "-m", "tests.lab.delegation", "family", LENT]
        server = spawn(name, command, stdout=subprocess.PIPE)
        lab.await_ready(server)
        machine.systemctl("restart", "systemd-networkd.service")
        assert server.stdout
        gateway = server.stdout.readline().strip()
        ip("-n", router, "route", "add", LENT, "via", gateway, "dev", "family")
        ip("-n", full_name(name, "net"), "route", "add", LENT, "via", lab.INTERNET_LINE[3])
        yield name
    finally:
        lab.down(name)
        (lab.STATE / f"{name}.lock").unlink(missing_ok=True)


def test_toys_have_addresses_of_the_lent_prefix_and_are_not_reached_from_outside(lent: str) -> None:
    phone, router, net = (full_name(lent, role) for role in ("phone", "router", "net"))
    device = lab.Device(lent, "phone")
    device.join()
    usable = ("-n", phone, "-6", "address", "show", "dev", "eth0", "-tentative")
    await_that(lambda: "2001:2:0:fb0" in ip(*usable))  # until then it calls with its other address
    ip("netns", "exec", router, "nft", WATCH)
    six = next(address for address in device.resolve(SIX) if ":" in address)
    await_that(lambda: device.connect(six))
    assert "packets 0 " not in ip("netns", "exec", router, "nft", "list", "counter", "inet", "lent", "own")
    shown = ip(*usable).split()
    own = next(word.partition("/")[0] for word in shown if word.startswith("2001:2:0:fb0"))
    knock = ["ip", "netns", "exec", net, lab.PYTHON, "-c", KNOCK, own]
    assert "TimeoutError" in subprocess.run(knock, capture_output=True, text=True, check=False).stderr
