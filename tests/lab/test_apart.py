"""Devices of one radio reach each other through the firewall alone.

A radio with hostapd's ap_isolate passes nothing on between its devices; isolated ports of the lab's switch do
the same.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from appliance.gateway import networkd
from appliance.gateway.plan import Plan, Reach
from tests.household.home import DEVICES
from tests.lab import lab
from tests.lab.faults import Home, await_that
from tests.lab.namespaces import full_name, spawn
from tests.lab.test_lab import needs_lab

pytestmark = [pytest.mark.lab, pytest.mark.slow, pytest.mark.xdist_group("namespaces"), needs_lab]

PORT = 8_099
KEYS = ("box", "phone")
RADIO = networkd.files(Plan("access_point", "eth0", "eth1"))[networkd.SYSCTL]
"""What the kernel is told where the toys' interface is a radio; the lab's is a cable."""


def _set(home: Home, apart: str) -> None:
    for key in KEYS:
        port = ("link", "set", "dev", f"port-{key}", "isolated", apart)
        subprocess.run(["bridge", "-n", full_name(home.name, "switch"), *port], check=True)


@pytest.fixture
def kept_apart(home: Home) -> Iterator[None]:
    """Yield with a port that answers on each device, and nothing passed on between the two."""
    command = [sys.executable, "-m", "http.server", str(PORT)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    servers = [
        spawn(home.name, ["ip", "netns", "exec", full_name(home.name, key), *command], **quiet)
        for key in KEYS
    ]
    kept = home.gateway.run("sysctl", "-e", *(line.split("=")[0] for line in RADIO.split()))
    _set(home, "on")
    try:
        yield
    finally:
        _set(home, "off")
        home.gateway.run("sysctl", "-q", "-w", *kept.replace(" ", "").split())
        for server in servers:
            server.kill()
            server.wait()
        home.gateway.apply(lab.PLAN)


def test_a_phone_reaches_its_toy_where_the_plan_lets_it_and_no_other_way(
    home: Home, kept_apart: None
) -> None:
    box, phone = (next(device for device in DEVICES if device.key == key) for key in KEYS)
    to_box, to_phone = box.ipv4, phone.ipv4
    home.gateway.apply(lab.PLAN._replace(reach=(Reach(phone.mac, (to_box,)),)))
    assert not home.phone.connect(to_box, PORT)  # nobody says where it is
    home.gateway.run("sysctl", "-q", "-w", *RADIO.split())
    await_that(lambda: home.phone.connect(to_box, PORT))
    assert not home.box.connect(to_phone, PORT)
    home.gateway.apply(lab.PLAN)
    await_that(lambda: not home.phone.connect(to_box, PORT))
    assert home.online()
